import { MillraceError } from '../errors.ts'
import type { RowSchema } from '../transforms/row-schema.ts'
import type { Problem, Target } from './learner.ts'

/** Refuses a target that the learner cannot have. Throws MILLRACE_LEARNER_SCHEMA naming what it can. */
export function checkTarget(algorithm: string, problems: readonly Problem[], target: Target): void {
  if (!problems.includes(target.problem)) {
    throw new MillraceError(
      'MILLRACE_LEARNER_SCHEMA',
      algorithm,
      `it does not solve a ${target.problem} problem`,
      `Use it for ${problems.join(', ')}, or take another learner`,
    )
  }
  const least = target.problem === 'binary' ? 2 : target.problem === 'multiclass' ? 2 : 1
  const most = target.problem === 'binary' ? 2 : target.problem === 'multiclass' ? 65_536 : 1
  if (!Number.isInteger(target.classes) || target.classes < least || target.classes > most) {
    throw new MillraceError(
      'MILLRACE_LEARNER_SCHEMA',
      algorithm,
      `a ${target.problem} problem cannot have ${target.classes} classes`,
      least === most ? `Give ${least}` : `Give the largest number of classes, from ${least} to ${most}`,
    )
  }
}

/** Refuses category columns. Throws MILLRACE_LEARNER_SCHEMA naming the first. */
export function checkNoCategories(algorithm: string, schema: RowSchema): void {
  const category = schema.columns.find((column) => column.kind === 'category')
  if (category === undefined) return
  throw new MillraceError(
    'MILLRACE_LEARNER_SCHEMA',
    `${algorithm}, column '${category.name}'`,
    'it takes numbers and indicators, not a category',
    'Put oneHot() or hashing() before it in a pipeline',
  )
}

/** Refuses number columns. Throws MILLRACE_LEARNER_SCHEMA naming the first. */
export function checkNoNumbers(algorithm: string, schema: RowSchema): void {
  const number = schema.columns.find((column) => column.kind === 'number')
  if (number === undefined) return
  throw new MillraceError(
    'MILLRACE_LEARNER_SCHEMA',
    `${algorithm}, column '${number.name}'`,
    'it takes categories, not a number',
    'Make it a category, leave it out, or take gaussianNaiveBayes()',
  )
}
