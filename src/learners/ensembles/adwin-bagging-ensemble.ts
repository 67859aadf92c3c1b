import { checkParameter } from '../../transforms/check-parameter.ts'
import type { Learner } from '../learner.ts'
import { ClassTree } from '../trees/class-tree.ts'
import { type AdwinBaggingOptions, baggingParameters } from './bagging-parameters.ts'
import { treeEnsemble } from './tree-ensemble.ts'
import { WatchedTree } from './watched-tree.ts'

const WINDOW = 4_200 // bytes of a member beside its tree

/** Bagging that replaces its worst tree as soon as the errors of any have risen. */
export function adwinBaggingEnsemble(
  algorithm: string,
  options: AdwinBaggingOptions,
  usualLambda: number,
): Learner<'binary' | 'multiclass', 'number' | 'category'> {
  const { driftDelta = 0.002 } = options
  const parameters = {
    ...baggingParameters(algorithm, options, usualLambda, ['driftDelta']),
    driftDelta: checkParameter(algorithm, 'driftDelta', driftDelta, { min: 0, max: 1 - 1e-9, above: true }),
  }
  const { trees, lambda, maxByteSize } = parameters
  const each = { ...parameters, maxByteSize: Math.floor(maxByteSize / trees) - WINDOW }
  return treeEnsemble({
    algorithm,
    problems: ['binary', 'multiclass'],
    parameters,
    settle: WatchedTree.replaceWorst,
    member: (layout, classes, seed) => {
      const make = () => new ClassTree(layout, classes, each, { screened: true })
      return new WatchedTree(lambda, parameters.driftDelta, seed, make)
    },
  })
}
