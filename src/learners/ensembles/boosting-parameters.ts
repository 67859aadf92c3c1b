import { checkOptions, checkParameter } from '../../transforms/check-parameter.ts'

/** Options of gradient boosted trees. */
export interface BoostingOptions {
  /** Trees that follow each other, 1 to 1,000; as many for each class where there are more than two. Default 100. */
  readonly trees?: number
  /** Share of what a tree says that counts, above 0 and at most 1. Default 0.05. */
  readonly learningRate?: number
  /** Share of the columns that each tree looks at, above 0 and at most 1. Default 0.75. */
  readonly columns?: number
  /** Confidence at which the errors of a tree have risen, so that a new one takes its place, above 0 and below 1. Default 0.002. */
  readonly driftDelta?: number
  /** Weight that a leaf learns between two attempts to split it, 1 to 1e9. Default 25. */
  readonly gracePeriod?: number
  /** Probability of splitting on a column that is not the best one, above 0 and below 1. Default 0.05. */
  readonly delta?: number
  /** Hoeffding's bound below which the best of nearly equal columns is taken, 0 to 1. Default 0.05. */
  readonly tau?: number
  /** Bytes that all trees may hold, 10,000 to 1e10, and at least a leaf a tree. Default 104,857,600. */
  readonly maxByteSize?: number
  /** Of all random numbers: -1e15 to 1e15. Default 1. */
  readonly seed?: number
}

/** The options of gradient boosted trees, checked and complete. */
export type BoostingParameters = Readonly<Required<BoostingOptions>>

const names = ['trees', 'learningRate', 'columns', 'driftDelta', 'gracePeriod', 'delta', 'tau', 'maxByteSize', 'seed']

/** Fills in the defaults and checks the ranges. Throws MILLRACE_LEARNER_PARAMETER naming the range. */
export function boostingParameters(algorithm: string, options: BoostingOptions): BoostingParameters {
  checkOptions(algorithm, options, names)
  const { trees = 100, learningRate = 0.05, columns = 0.75, driftDelta = 0.002, gracePeriod = 25 } = options
  const { delta = 0.05, tau = 0.05, maxByteSize = 104_857_600, seed = 1 } = options
  const inside = { min: 0, max: 1 - 1e-9, above: true }
  return {
    trees: checkParameter(algorithm, 'trees', trees, { min: 1, max: 1000, whole: true }),
    learningRate: checkParameter(algorithm, 'learningRate', learningRate, { min: 0, max: 1, above: true }),
    columns: checkParameter(algorithm, 'columns', columns, { min: 0, max: 1, above: true }),
    driftDelta: checkParameter(algorithm, 'driftDelta', driftDelta, inside),
    gracePeriod: checkParameter(algorithm, 'gracePeriod', gracePeriod, { min: 1, max: 1e9 }),
    delta: checkParameter(algorithm, 'delta', delta, inside),
    tau: checkParameter(algorithm, 'tau', tau, { min: 0, max: 1 }),
    maxByteSize: checkParameter(algorithm, 'maxByteSize', maxByteSize, { min: 10_000, max: 1e10, whole: true }),
    seed: checkParameter(algorithm, 'seed', seed, { min: -1e15, max: 1e15 }),
  }
}
