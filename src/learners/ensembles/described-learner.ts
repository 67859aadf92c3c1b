import type { Learner } from '../learner.ts'

/** What names a learner in the parameters of another. */
export function describedLearner({ algorithm, parameters }: Learner<any, any>): object {
  return Object.freeze({ algorithm, parameters })
}
