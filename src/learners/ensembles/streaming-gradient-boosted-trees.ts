import type { RowSchema } from '../../transforms/row-schema.ts'
import { openSnapshot } from '../../transforms/snapshot.ts'
import { checkTarget } from '../check-target.ts'
import type { Learner, Problem, Target } from '../learner.ts'
import { type BoostingOptions, boostingParameters } from './boosting-parameters.ts'
import { RunningBoosting } from './running-boosting.ts'

const problems: readonly Problem[] = Object.freeze(['binary', 'multiclass'] as const)

/**
 * Streaming gradient boosted trees: small regression trees that follow each other, each over some of the columns, of which
 * every one learns Newton's step of the log loss that those before it left; a tree whose errors rise makes way for a new one.
 *
 * Two classes share one score by the logistic function; of more each has a score and trees of its own from its first label on,
 * and the softmax makes probabilities of them. Options are by default those of MOA, save that a twentieth of what a tree says
 * counts instead of an eightieth. Otherwise than there a tree's target comes from what the others said before they learned the
 * row, a tree is watched by ADWIN as a whole instead of by Page-Hinkley in each node, no step is longer than 4, as in LogitBoost,
 * and numbers are cut between 16 bins. Missing numbers are as in `hoeffdingTreeRegressor`; a weight multiplies what a row adds
 * to each leaf. `explain` gives what each column changed in the score of the last class. A row costs as much as in that many
 * trees, for each class seen where there may be more than two; memory is at most `maxByteSize`, and at least a leaf a tree.
 * Throws MILLRACE_LEARNER_PARAMETER on an option out of range.
 * Source: Gunasekara, Pfahringer, Gomes & Bifet, Gradient boosted trees for evolving data streams, Machine Learning 113, 2024.
 */
export function streamingGradientBoostedTrees(
  options: BoostingOptions = {},
): Learner<'binary' | 'multiclass', 'number' | 'category'> {
  const algorithm = 'streaming-gradient-boosted-trees'
  const parameters = Object.freeze(boostingParameters(algorithm, options))
  return Object.freeze({
    algorithm,
    problems: problems as readonly ('binary' | 'multiclass')[],
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
