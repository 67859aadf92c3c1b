import type { Learner } from '../learner.ts'
import { ClassTree } from '../trees/class-tree.ts'
import { type TreeBoostingOptions, treeBoostingParameters } from './bagging-parameters.ts'
import { BoleTree } from './bole-tree.ts'
import { teachByBoosting } from './teach-by-boosting.ts'
import { treeEnsemble } from './tree-ensemble.ts'

const WATCH = 1_400 // bytes of a member beside its trees

/**
 * BOLE, a boosting-like online learning ensemble: Hoeffding trees, each of which learns a row the more often the worse those
 * before it did, the worst first and the best after every one that was right.
 *
 * A very sensitive DDM watches each tree: at its warning another begins to grow in the background, at its drift it takes the
 * tree's place. A tree's vote is the logarithm of its odds of being right. How often a row is learned is drawn from a Poisson
 * distribution, whose mean is at most 100; an error counts once whatever the weight. Defaults are those of MOA; all else is as in
 * `onlineBagging`. Throws MILLRACE_LEARNER_PARAMETER on an option out of range.
 * Source: Barros, Santos & Gonçalves, A boosting-like online learning ensemble, IJCNN 2016.
 */
export function bole(options: TreeBoostingOptions = {}): Learner<'binary' | 'multiclass', 'number' | 'category'> {
  const parameters = treeBoostingParameters('bole', options)
  const each = { ...parameters, maxByteSize: Math.floor(parameters.maxByteSize / parameters.trees - WATCH) / 2 }
  const order = new Int32Array(parameters.trees) // follows from the state at every row
  return treeEnsemble({
    algorithm: 'bole',
    problems: ['binary', 'multiclass'],
    parameters,
    member: (layout, classes, seed) =>
      new BoleTree(seed, () => new ClassTree(layout, classes, each, { screened: true })),
    teach: (members, row, offset, label, weight, clean, answers, outputs) =>
      teachByBoosting(members, row, offset, label, weight, clean, answers, outputs, order),
  })
}
