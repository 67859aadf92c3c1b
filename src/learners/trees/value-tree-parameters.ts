import { checkChoice, checkOptions, checkParameter } from '../../transforms/check-parameter.ts'

/** What a leaf of a regression tree predicts by. */
export type ValuePrediction = 'mean' | 'linear' | 'adaptive'

/** Options of all Hoeffding trees for values. */
export interface ValueTreeOptions {
  /** Weight that a leaf learns between two attempts to split it, 1 to 1e9. Default 200. */
  readonly gracePeriod?: number
  /** Probability of splitting on a column that is not the best one, above 0 and below 1. Default 1e-7. */
  readonly delta?: number
  /** Hoeffding's bound below which the best of nearly equal columns is taken, 0 to 1. Default 0.05. */
  readonly tau?: number
  /** What a leaf predicts by: its mean, a linear model, or whichever of the two erred less lately. Default 'adaptive'. */
  readonly leaves?: ValuePrediction
  /** Bytes that the tree may hold, 10,000 to 1e10, and at least one leaf. At the bound the leaves of the least variance stop growing. Default 33,554,432. */
  readonly maxByteSize?: number
}

/** The options of a regression tree, checked and complete. */
export type ValueTreeParameters = Readonly<Required<ValueTreeOptions>>

const names = ['gracePeriod', 'delta', 'tau', 'leaves', 'maxByteSize']
const predictions: readonly ValuePrediction[] = ['mean', 'linear', 'adaptive']

/** Fills in the defaults, which are those of River, and checks the ranges. Throws MILLRACE_LEARNER_PARAMETER naming the range. */
export function valueTreeParameters(
  algorithm: string,
  options: ValueTreeOptions,
  more: readonly string[] = [],
): ValueTreeParameters {
  checkOptions(algorithm, options, [...names, ...more])
  const { gracePeriod = 200, delta = 1e-7, tau = 0.05, leaves = 'adaptive', maxByteSize = 33_554_432 } = options
  return {
    gracePeriod: checkParameter(algorithm, 'gracePeriod', gracePeriod, { min: 1, max: 1e9 }),
    delta: checkParameter(algorithm, 'delta', delta, { min: 0, max: 1 - 1e-9, above: true }),
    tau: checkParameter(algorithm, 'tau', tau, { min: 0, max: 1 }),
    leaves: checkChoice(algorithm, 'leaves', leaves, predictions),
    maxByteSize: checkParameter(algorithm, 'maxByteSize', maxByteSize, { min: 10_000, max: 1e10, whole: true }),
  }
}
