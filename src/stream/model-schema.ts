import type { Problem, Target } from '../learners/learner.ts'
import { type RowSchema, rowSchema } from '../transforms/row-schema.ts'
import type { RowColumn } from './graph.ts'

/** Codes of a category column, unknown included: a bound on models' width, far above airports or merchants' kinds. */
export const CATEGORIES_OF_MODEL = 1024
const CLASSES = 64 // classes of a multiclass problem, at the most

/** The schema of a model's rows. */
export function modelSchema(columns: readonly RowColumn[]): RowSchema {
  return rowSchema(
    columns.map(({ name, kind }) => ({ name, kind, size: kind === 'category' ? CATEGORIES_OF_MODEL : 1 })),
  )
}

/** The target that labels of a problem make. */
export function modelTarget(problem: Problem): Target {
  return { problem, classes: problem === 'binary' ? 2 : problem === 'multiclass' ? CLASSES : 1 }
}
