import { checkParameter } from '../../transforms/check-parameter.ts'
import type { Learner } from '../learner.ts'
import { ClassTree } from '../trees/class-tree.ts'
import { AdwinBoostedTree } from './adwin-boosted-tree.ts'
import { type AdwinBoostingOptions, treeBoostingParameters } from './bagging-parameters.ts'
import { teachByBoosting } from './teach-by-boosting.ts'
import { treeEnsemble } from './tree-ensemble.ts'
import { WatchedTree } from './watched-tree.ts'

const WINDOW = 4_300 // bytes of a member beside its tree

/**
 * ADWIN boosting: Hoeffding trees one after another, each of which learns a row the more often the worse those before it did;
 * the worst makes way for a new one as soon as the errors of any have risen.
 *
 * A tree's vote is the logarithm of its odds of being right. How often a row is learned is drawn from a Poisson distribution,
 * whose mean is at most 100; an error counts once whatever the weight. All else is as in `adwinBagging`. Throws
 * MILLRACE_LEARNER_PARAMETER on an option out of range.
 * Source: Oza & Russell, Online bagging and boosting, AISTATS 2001; with ADWIN as in Bifet, Holmes, Pfahringer, Kirkby &
 * Gavaldà, New ensemble methods for evolving data streams, KDD 2009.
 */
export function adwinBoosting(
  options: AdwinBoostingOptions = {},
): Learner<'binary' | 'multiclass', 'number' | 'category'> {
  const algorithm = 'adwin-boosting'
  const { driftDelta = 0.002 } = options
  const parameters = {
    ...treeBoostingParameters(algorithm, options, ['driftDelta']),
    driftDelta: checkParameter(algorithm, 'driftDelta', driftDelta, { min: 0, max: 1 - 1e-9, above: true }),
  }
  const each = { ...parameters, maxByteSize: Math.floor(parameters.maxByteSize / parameters.trees) - WINDOW }
  return treeEnsemble({
    algorithm,
    problems: ['binary', 'multiclass'],
    parameters,
    member: (layout, classes, seed) => {
      const make = () => new ClassTree(layout, classes, each, { screened: true })
      return new AdwinBoostedTree(parameters.driftDelta, seed, make)
    },
    teach: teachByBoosting,
    settle: WatchedTree.replaceWorst,
  })
}
