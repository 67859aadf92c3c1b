import type { Target } from '../../src/learners/learner.ts'
import type { LearnerShape } from './learner-family.ts'

const binary: Target = { problem: 'binary', classes: 2 }
const multiclass: Target = { problem: 'multiclass', classes: 5 }
const regression: Target = { problem: 'regression', classes: 1 }
const every: readonly LearnerShape[] = [
  ['none', binary],
  ['category', binary],
  ['indicator', multiclass],
]

/** Targets that learners are tested with, and `every` kind of columns with classes. */
export const learnerShapes = { binary, multiclass, regression, every }
