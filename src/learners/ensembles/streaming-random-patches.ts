import type { SeededRandom } from '../../stats/seeded-random.ts'
import type { Learner } from '../learner.ts'
import { ClassTree } from '../trees/class-tree.ts'
import { ForestMember } from './forest-member.ts'
import { type ForestOptions, forestParameters } from './forest-parameters.ts'
import { drawPatch } from './draw-patch.ts'
import { patchLayout } from './patch-layout.ts'
import { treeEnsemble } from './tree-ensemble.ts'

const WINDOWS = 8_400 // bytes of a member beside its trees

/**
 * Streaming random patches: Hoeffding trees that each look at some of the columns and learn a row a Poisson number of times;
 * a tree whose errors rise is replaced by one over other columns that grew in the background since they began to.
 *
 * The answer is the mean of the trees' probabilities, each weighted by its share of right answers. Defaults are those of MOA,
 * save that there are ten trees. Of a number column's cuts the one of the best Gini index is taken, and the criterion ranks
 * the columns. Missing numbers and weights are as in `hoeffdingTree`; an error counts once whatever the weight. `explain`
 * gives the mean of the trees'. A row costs as much as in that many trees; memory, with the trees in the background, is at
 * most `maxByteSize`, and at least a leaf a tree. Throws MILLRACE_LEARNER_PARAMETER on an option out of range.
 * Source: Gomes, Read & Bifet, Streaming random patches for evolving data stream classification, ICDM 2019.
 */
export function streamingRandomPatches(
  options: ForestOptions = {},
): Learner<'binary' | 'multiclass', 'number' | 'category'> {
  const algorithm = 'streaming-random-patches'
  const parameters = forestParameters(algorithm, options, { warningDelta: 1e-4, driftDelta: 1e-5 })
  const { trees, columns, maxByteSize } = parameters
  const each = { ...parameters, maxByteSize: Math.floor(maxByteSize / trees - WINDOWS) / 2 }
  return treeEnsemble({
    algorithm,
    problems: ['binary', 'multiclass'],
    parameters,
    member: (layout, classes, seed) => {
      const make = (random: SeededRandom, saved?: Int32Array) =>
        new ClassTree(patchLayout(layout, saved ?? drawPatch(layout, columns, random)), classes, each, {
          screened: true,
        })
      return new ForestMember(parameters, seed, make)
    },
  })
}
