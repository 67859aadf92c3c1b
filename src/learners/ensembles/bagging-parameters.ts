import { checkParameter } from '../../transforms/check-parameter.ts'
import { type TreeOptions, type TreeParameters, treeParameters } from '../trees/tree-parameters.ts'

/** Options of online bagging; those of its trees too, whose `maxByteSize` is that of all together, 104,857,600 by default. */
export interface BaggingOptions extends TreeOptions {
  /** How many trees, 1 to 1,000. Default 10. */
  readonly trees?: number
  /** Mean of the Poisson number of times that a tree learns a row, above 0 and at most 100. Default 1, of leveraging bagging 6. */
  readonly lambda?: number
  /** Of all random numbers: -1e15 to 1e15. Default 1. */
  readonly seed?: number
}

/** Options of boosting by the errors of the trees before; those of its trees too, as in online bagging. */
export type TreeBoostingOptions = Omit<BaggingOptions, 'lambda'>

/** Options of bagging that replaces its worst tree when errors rise. */
export interface AdwinBaggingOptions extends BaggingOptions {
  /** Confidence at which the errors of a tree have risen, above 0 and below 1. Default 0.002. */
  readonly driftDelta?: number
}

/** Options of boosting that replaces its worst tree when errors rise. */
export type AdwinBoostingOptions = Omit<AdwinBaggingOptions, 'lambda'>

/** The options of bagging, checked and complete. */
export type BaggingParameters = TreeParameters & Readonly<Required<Omit<BaggingOptions, keyof TreeOptions>>>

/** The same of boosting. */
export type TreeBoostingParameters = Omit<BaggingParameters, 'lambda'>

/** Fills in the defaults, which are those of MOA, and checks the ranges. Throws MILLRACE_LEARNER_PARAMETER naming the range. */
export function baggingParameters(
  algorithm: string,
  options: BaggingOptions,
  usualLambda: number,
  more: readonly string[] = [],
): BaggingParameters {
  const { lambda = usualLambda } = options
  return {
    ...treeBoostingParameters(algorithm, options, ['lambda', ...more]),
    lambda: checkParameter(algorithm, 'lambda', lambda, { min: 0, max: 100, above: true }),
  }
}

/** The same of boosting. */
export function treeBoostingParameters(
  algorithm: string,
  options: TreeBoostingOptions,
  more: readonly string[] = [],
): TreeBoostingParameters {
  const { trees = 10, seed = 1 } = options
  return {
    ...treeParameters(algorithm, { maxByteSize: 104_857_600, ...options }, ['trees', 'seed', ...more]),
    trees: checkParameter(algorithm, 'trees', trees, { min: 1, max: 1000, whole: true }),
    seed: checkParameter(algorithm, 'seed', seed, { min: -1e15, max: 1e15 }),
  }
}
