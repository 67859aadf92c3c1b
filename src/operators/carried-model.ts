import { MillraceError } from '../errors.ts'
import type { Learner, Target } from '../learners/learner.ts'
import type { RowSchema } from '../transforms/row-schema.ts'
import { columnPlaces, type NamedColumn } from './named-column.ts'

/**
 * A saved model over the columns of a changed stream; undefined where it must begin anew: its learner does not carry, or
 * needs a column that is gone. A category whose codes mean something else now is gone and new at once.
 */
export function carriedModel(
  learner: Learner<any, any>,
  saved: Uint8Array,
  from: readonly NamedColumn[],
  to: readonly NamedColumn[],
  target: Target,
): Uint8Array | undefined {
  if (learner.carry === undefined) return undefined
  const places = columnPlaces(to, from)
  const [before, kept, now] = [from, from.filter((_, i) => places[i] >= 0), to].map(schemaOf)
  try {
    return learner.carry(learner.carry(saved, before, kept, target), kept, now, target)
  } catch (error) {
    if (error instanceof MillraceError && error.code === 'MILLRACE_LEARNER_SCHEMA') return undefined
    throw error
  }
}

function schemaOf(columns: readonly NamedColumn[]): RowSchema {
  return { columns: columns.map(({ name, kind, size }) => ({ name, kind, size })) }
}
