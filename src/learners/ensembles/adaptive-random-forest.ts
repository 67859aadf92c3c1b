import type { SeededRandom } from '../../stats/seeded-random.ts'
import type { Learner } from '../learner.ts'
import { ClassTree } from '../trees/class-tree.ts'
import { ForestMember } from './forest-member.ts'
import { type ForestOptions, forestParameters } from './forest-parameters.ts'
import { treeEnsemble } from './tree-ensemble.ts'

const WINDOWS = 8_400 // bytes of a member beside its trees

/**
 * The adaptive random forest: Hoeffding trees that each learn a row a Poisson number of times and look at some of the
 * columns in each leaf; a tree whose errors rise is replaced by one that grew in the background since they began to.
 *
 * The answer is the mean of the trees' probabilities, each weighted by its share of right answers. Defaults are those of MOA,
 * save that there are ten trees, each with random numbers of its own. Of a number column's cuts the one of the best Gini index
 * is taken, and the criterion ranks the columns. Missing numbers and weights are as in `hoeffdingTree`; an error counts once
 * whatever the weight. `explain` gives the mean of the trees'. A row costs as much as in that many trees; memory, with the
 * trees in the background, is at most `maxByteSize`, and at least a leaf a tree. Throws MILLRACE_LEARNER_PARAMETER on an
 * option out of range.
 * Source: Gomes et al., Adaptive random forests for evolving data stream classification, Machine Learning 106, 2017.
 */
export function adaptiveRandomForest(
  options: ForestOptions = {},
): Learner<'binary' | 'multiclass', 'number' | 'category'> {
  const algorithm = 'adaptive-random-forest'
  const parameters = forestParameters(algorithm, options, { warningDelta: 0.01, driftDelta: 0.001 })
  const { trees, columns, maxByteSize } = parameters
  const each = { ...parameters, maxByteSize: Math.floor(maxByteSize / trees - WINDOWS) / 2 }
  return treeEnsemble({
    algorithm,
    problems: ['binary', 'multiclass'],
    parameters,
    member: (layout, classes, seed) => {
      const size = Math.max(1, Math.round(columns * layout.width))
      const make = (random: SeededRandom) =>
        new ClassTree(layout, classes, each, { subset: { size, random }, screened: true })
      return new ForestMember(parameters, seed, make)
    },
  })
}
