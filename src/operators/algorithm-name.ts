import type { LearnerDefinition } from './learner-places.ts'

/** The algorithm of a learner, with its steps where it is a pipeline: `pipeline(one-hot, logistic-regression)`. */
export function algorithmName({ algorithm, parameters }: LearnerDefinition): string {
  const { steps } = parameters as { readonly steps?: readonly { readonly algorithm: string }[] }
  return steps === undefined ? algorithm : `${algorithm}(${steps.map((step) => step.algorithm).join(', ')})`
}
