import { checkParameter } from '../../transforms/check-parameter.ts'
import { type TreeOptions, type TreeParameters, treeParameters } from '../trees/tree-parameters.ts'

/** Options of an adaptive random forest; those of its trees too, with other defaults than a lone tree's. */
export interface ForestOptions extends TreeOptions {
  /** How many trees, 1 to 1,000. Default 10. */
  readonly trees?: number
  /** Share of the columns that each leaf looks at, above 0 and at most 1. Default 0.6. */
  readonly columns?: number
  /** Mean of the Poisson number of times that a tree learns a row, above 0 and at most 100. Default 6. */
  readonly lambda?: number
  /** Confidence at which a tree begins to grow in the background, above 0 and below 1. Default 0.01. */
  readonly warningDelta?: number
  /** Confidence at which it takes the other's place, above 0 and below 1. Default 0.001. */
  readonly driftDelta?: number
  /** Of all random numbers: -1e15 to 1e15. Default 1. */
  readonly seed?: number
}

/** The options of a forest, checked and complete. */
export type ForestParameters = TreeParameters & Readonly<Required<Omit<ForestOptions, keyof TreeOptions>>>

const names = ['trees', 'columns', 'lambda', 'warningDelta', 'driftDelta', 'seed']

/** Fills in the defaults, which are those of MOA, and checks the ranges. Throws MILLRACE_LEARNER_PARAMETER naming the range. */
export function forestParameters(algorithm: string, options: ForestOptions): ForestParameters {
  const { trees = 10, columns = 0.6, lambda = 6, warningDelta = 0.01, driftDelta = 0.001, seed = 1 } = options
  const inside = { min: 0, max: 1 - 1e-9, above: true }
  const usual = { gracePeriod: 50, delta: 0.01, maxByteSize: 104_857_600 }
  return {
    ...treeParameters(algorithm, { ...usual, ...options }, names),
    trees: checkParameter(algorithm, 'trees', trees, { min: 1, max: 1000, whole: true }),
    columns: checkParameter(algorithm, 'columns', columns, { min: 0, max: 1, above: true }),
    lambda: checkParameter(algorithm, 'lambda', lambda, { min: 0, max: 100, above: true }),
    warningDelta: checkParameter(algorithm, 'warningDelta', warningDelta, inside),
    driftDelta: checkParameter(algorithm, 'driftDelta', driftDelta, inside),
    seed: checkParameter(algorithm, 'seed', seed, { min: -1e15, max: 1e15 }),
  }
}
