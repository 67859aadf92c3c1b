import { MillraceError } from '../../errors.ts'
import type { BinaryArray } from '../../stats/binary-format.ts'
import type { RowSchema } from '../../transforms/row-schema.ts'
import { openSnapshot, saveSnapshot } from '../../transforms/snapshot.ts'
import { checkTarget } from '../check-target.ts'
import type { Learner, Problem, RunningLearner, Target } from '../learner.ts'
import type { CompositeDescription } from './running-composite.ts'

/** A part of a composite: a learner, what it is to solve, and over which columns, where not those of the composite. */
export interface CompositePart {
  readonly learner: Learner<any, any>
  readonly target: Target
  readonly schema?: RowSchema
}

/** What a composite is made of. */
export interface Composite {
  readonly algorithm: string
  readonly problems: readonly Problem[]
  readonly parameters: Readonly<Record<string, unknown>>
  readonly missing: string
  readonly parts: (target: Target) => readonly CompositePart[]
  /** Doubles that it knows beside its parts, before the first row. */
  readonly state: (target: Target) => Float64Array
  readonly running: (of: CompositeDescription, parts: readonly RunningLearner[], state: Float64Array) => RunningLearner
}

/** The description of a learner that is made of others. Throws MILLRACE_LEARNER_PARAMETER where they solve no problem in common. */
export function compositeLearner<P extends Problem, C extends string>(composite: Composite): Learner<P, C> {
  const { algorithm, parameters, missing, state } = composite
  const problems = Object.freeze(composite.problems)
  if (problems.length === 0) {
    throw new MillraceError(
      'MILLRACE_LEARNER_PARAMETER',
      algorithm,
      'its learners solve no problem that it does',
      'Give learners for one that all of them solve, or take them apart',
    )
  }
  const carries = problems.every((problem) =>
    composite.parts({ problem, classes: 2 }).every(({ learner, schema }) => schema !== undefined || learner.carry),
  )
  return Object.freeze({
    algorithm,
    problems,
    parameters,
    weights: 'linear',
    missing,
    build: (schema: RowSchema, target: Target, snapshot?: Uint8Array) => {
      checkTarget(algorithm, problems, target)
      const arrays = snapshot && openSnapshot(snapshot, algorithm, parameters, schema, target)
      const parts = composite
        .parts(target)
        .map((part, i) => part.learner.build(part.schema ?? schema, part.target, arrays?.[`part${i}`] as Uint8Array))
      const own = state(target)
      if (arrays) own.set(arrays.state)
      return composite.running({ algorithm, parameters, schema, target }, parts, own)
    },
    ...(carries
      ? {
          carry: (snapshot: Uint8Array, from: RowSchema, to: RowSchema, target: Target) => {
            const arrays = openSnapshot(snapshot, algorithm, parameters, from, target)
            const carried: Record<string, BinaryArray> = { ...arrays }
            for (const [i, part] of composite.parts(target).entries()) {
              const name = `part${i}`
              const { carry } = part.learner
              if (part.schema === undefined && carry)
                carried[name] = carry.call(part.learner, arrays[name] as Uint8Array, from, to, part.target)
            }
            return saveSnapshot(algorithm, parameters, to, carried, target)
          },
        }
      : {}),
  })
}
