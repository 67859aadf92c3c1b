import { checkChoice, checkOptions, checkParameter } from '../../transforms/check-parameter.ts'
import type { SplitCriterion } from './split-criterion.ts'

/** What a leaf predicts by. */
export type LeafPrediction = 'majority' | 'naive-bayes' | 'naive-bayes-adaptive'

/** How a number column's best cut is found. */
export type NumberSplitter = 'gaussian' | 'histogram' | 'exhaustive'

/** Options of all Hoeffding trees that classify. */
export interface TreeOptions {
  /** Weight that a leaf learns between two attempts to split it, 1 to 1e9. Default 200. */
  readonly gracePeriod?: number
  /** Probability of splitting on a column that is not the best one, above 0 and below 1. Default 1e-7. */
  readonly delta?: number
  /** Hoeffding's bound below which the best of nearly equal columns is taken, 0 to 1. Default 0.05. */
  readonly tau?: number
  /** How the worth of a split is measured. Default 'information-gain'. */
  readonly criterion?: SplitCriterion
  /**
   * How a number's best cut is found: at ten places under a Gaussian a class; between 64 bins of equal weight; or between any
   * two of up to 1,024 values of a column in a leaf (of more, between as many bins). The last two take that much more memory.
   * Default 'gaussian'.
   */
  readonly splitter?: NumberSplitter
  /** What a leaf predicts by: its majority class, naive Bayes, or whichever of the two was right more often. Default 'naive-bayes-adaptive'. */
  readonly leaves?: LeafPrediction
  /** A coded column splits one code off, instead of having a branch a code. Default false. */
  readonly binarySplits?: boolean
  /** Bytes that the tree may hold, 10,000 to 1e10. At the bound the leaves that make the fewest mistakes stop growing. Default 33,554,432. */
  readonly maxByteSize?: number
}

/** The options of a tree, checked and complete. */
export type TreeParameters = Readonly<Required<TreeOptions>>

const names = ['gracePeriod', 'delta', 'tau', 'criterion', 'splitter', 'leaves', 'binarySplits', 'maxByteSize']
const criteria: readonly SplitCriterion[] = ['information-gain', 'gini', 'hellinger']
const splitters: readonly NumberSplitter[] = ['gaussian', 'histogram', 'exhaustive']
const leafPredictions: readonly LeafPrediction[] = ['majority', 'naive-bayes', 'naive-bayes-adaptive']

/** Fills in the defaults, which are those of MOA, and checks the ranges. Throws MILLRACE_LEARNER_PARAMETER naming the range. */
export function treeParameters(algorithm: string, options: TreeOptions, more: readonly string[] = []): TreeParameters {
  checkOptions(algorithm, options, [...names, ...more])
  const { gracePeriod = 200, delta = 1e-7, tau = 0.05, criterion = 'information-gain' } = options
  const { splitter = 'gaussian' } = options
  const { leaves = 'naive-bayes-adaptive', binarySplits = false, maxByteSize = 33_554_432 } = options
  return {
    gracePeriod: checkParameter(algorithm, 'gracePeriod', gracePeriod, { min: 1, max: 1e9 }),
    delta: checkParameter(algorithm, 'delta', delta, { min: 0, max: 1 - 1e-9, above: true }),
    tau: checkParameter(algorithm, 'tau', tau, { min: 0, max: 1 }),
    criterion: checkChoice(algorithm, 'criterion', criterion, criteria),
    splitter: checkChoice(algorithm, 'splitter', splitter, splitters),
    leaves: checkChoice(algorithm, 'leaves', leaves, leafPredictions),
    binarySplits: checkChoice<boolean>(algorithm, 'binarySplits', binarySplits, [true, false]),
    maxByteSize: checkParameter(algorithm, 'maxByteSize', maxByteSize, { min: 10_000, max: 1e10, whole: true }),
  }
}
