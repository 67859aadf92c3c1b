import type { SeededRandom } from '../../stats/seeded-random.ts'
import type { Learner } from '../learner.ts'
import { ValueTree } from '../trees/value-tree.ts'
import { drawPatch } from './draw-patch.ts'
import { ForestMember } from './forest-member.ts'
import { type ValueForestOptions, valueForestParameters } from './forest-parameters.ts'
import { patchLayout } from './patch-layout.ts'
import { treeEnsemble } from './tree-ensemble.ts'

const WINDOWS = 8_600 // bytes of a member beside its trees

/**
 * Streaming random patches for values: Hoeffding tree regressors that each look at some of the columns and learn a row a
 * Poisson number of times; a tree whose errors rise is replaced by one over other columns that grew in the background.
 *
 * The answer is the mean of what the trees say. A tree's error is its distance from the value, as a share of itself and the
 * usual distance; the less it erred so far, the more it counts. Leaves, missing numbers and weights are as in
 * `hoeffdingTreeRegressor`, all else as in `streamingRandomPatches`. Throws MILLRACE_LEARNER_PARAMETER on an option out of range.
 * Source: Gomes, Montiel, Mastelini, Pfahringer & Bifet, On ensemble techniques for data stream regression, IJCNN 2020.
 */
export function streamingRandomPatchesRegressor(
  options: ValueForestOptions = {},
): Learner<'regression', 'number' | 'category'> {
  const algorithm = 'streaming-random-patches-regressor'
  const parameters = valueForestParameters(algorithm, options, { warningDelta: 1e-4, driftDelta: 1e-5 })
  const { trees, columns, maxByteSize } = parameters
  const each = { ...parameters, maxByteSize: Math.floor(maxByteSize / trees - WINDOWS) / 2 }
  return treeEnsemble({
    algorithm,
    problems: ['regression'],
    parameters,
    member: (layout, _, seed) => {
      const make = (random: SeededRandom, saved?: Int32Array) =>
        new ValueTree(patchLayout(layout, saved ?? drawPatch(layout, columns, random)), each)
      return new ForestMember(parameters, seed, make)
    },
  })
}
