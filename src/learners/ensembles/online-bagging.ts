import type { Learner } from '../learner.ts'
import { ClassTree } from '../trees/class-tree.ts'
import { BaggedTree } from './bagged-tree.ts'
import { type BaggingOptions, baggingParameters } from './bagging-parameters.ts'
import { treeEnsemble } from './tree-ensemble.ts'

/**
 * Online bagging: Hoeffding trees that each learn a row a Poisson number of times, as a bootstrap sample of an endless
 * stream would have it.
 *
 * The answer is the mean of the trees' probabilities. It does not adapt to change any faster than one tree. Defaults are
 * those of MOA; of a number column's cuts the one of the best Gini index is taken, and the criterion ranks the columns.
 * Missing numbers and weights are as in `hoeffdingTree`. `explain` gives the mean of the trees'. A row costs as much as in
 * that many trees; memory is at most `maxByteSize`, and at least a leaf a tree. Throws MILLRACE_LEARNER_PARAMETER on an
 * option out of range.
 * Source: Oza & Russell, Online bagging and boosting, AISTATS 2001.
 */
export function onlineBagging(options: BaggingOptions = {}): Learner<'binary' | 'multiclass', 'number' | 'category'> {
  const algorithm = 'online-bagging'
  const parameters = baggingParameters(algorithm, options, 1)
  const { trees, lambda, maxByteSize } = parameters
  const each = { ...parameters, maxByteSize: Math.floor(maxByteSize / trees) }
  return treeEnsemble({
    algorithm,
    problems: ['binary', 'multiclass'],
    parameters,
    member: (layout, classes, seed) =>
      new BaggedTree(lambda, seed, () => new ClassTree(layout, classes, each, { screened: true })),
  })
}
