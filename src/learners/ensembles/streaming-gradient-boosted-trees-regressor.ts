import type { RowSchema } from '../../transforms/row-schema.ts'
import { openSnapshot } from '../../transforms/snapshot.ts'
import { checkTarget } from '../check-target.ts'
import type { Learner, Problem, Target } from '../learner.ts'
import { type BoostingOptions, boostingParameters } from './boosting-parameters.ts'
import { RunningBoosting } from './running-boosting.ts'

const problems: readonly Problem[] = Object.freeze(['regression'] as const)

/**
 * Streaming gradient boosted trees for values: small regression trees that follow each other, each over some of the columns, of
 * which every one learns what those before it left of the value; a tree whose errors rise makes way for a new one.
 *
 * The first begins at the mean of all values so far. All else is as in `streamingGradientBoostedTrees`. Values beyond 1e100 count as that. `explain` gives what each column
 * changed in the value. Throws MILLRACE_LEARNER_PARAMETER on an option out of range.
 * Source: Gunasekara, Pfahringer, Gomes & Bifet, Gradient boosted trees for evolving data streams, Machine Learning 113, 2024,
 * with the squared loss.
 */
export function streamingGradientBoostedTreesRegressor(
  options: BoostingOptions = {},
): Learner<'regression', 'number' | 'category'> {
  const algorithm = 'streaming-gradient-boosted-trees-regressor'
  const parameters = Object.freeze(boostingParameters(algorithm, options))
  return Object.freeze({
    algorithm,
    problems: problems as readonly 'regression'[],
    parameters,
    weights: 'linear',
    missing: 'adds nothing to a leaf, and follows the branch that was the heavier when it was split',
    build: (schema: RowSchema, target: Target, snapshot?: Uint8Array) => {
      checkTarget(algorithm, problems, target)
      const arrays = snapshot && openSnapshot(snapshot, algorithm, parameters, schema, target)
      return new RunningBoosting(algorithm, parameters, schema, target, arrays)
    },
  })
}
