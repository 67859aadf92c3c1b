import { checkParameter } from '../../transforms/check-parameter.ts'
import { type TreeOptions, type TreeParameters, treeParameters } from '../trees/tree-parameters.ts'
import { type ValueTreeOptions, type ValueTreeParameters, valueTreeParameters } from '../trees/value-tree-parameters.ts'

interface OwnForestOptions {
  /** How many trees, 1 to 1,000. Default 10. */
  readonly trees?: number
  /** Share of the columns that each leaf, or each tree of patches, looks at, above 0 and at most 1. Default 0.6. */
  readonly columns?: number
  /** Mean of the Poisson number of times that a tree learns a row, above 0 and at most 100. Default 6. */
  readonly lambda?: number
  /** Confidence at which a tree begins to grow in the background, above 0 and below 1. Default 0.01, of patches 0.0001. */
  readonly warningDelta?: number
  /** Confidence at which it takes the other's place, above 0 and below 1. Default 0.001, of patches 0.00001. */
  readonly driftDelta?: number
  /** Of all random numbers: -1e15 to 1e15. Default 1. */
  readonly seed?: number
}

/** Options of an adaptive random forest and of streaming random patches; those of their trees too, with other defaults than a lone tree's. */
export interface ForestOptions extends TreeOptions, OwnForestOptions {}

/** The same for values. */
export interface ValueForestOptions extends ValueTreeOptions, OwnForestOptions {}

type OwnForestParameters = Readonly<Required<OwnForestOptions>>

/** The options of a forest, checked and complete. */
export type ForestParameters = TreeParameters & OwnForestParameters

/** Confidences that are usual in a forest. */
export type UsualDeltas = Pick<OwnForestParameters, 'warningDelta' | 'driftDelta'>

const names = ['trees', 'columns', 'lambda', 'warningDelta', 'driftDelta', 'seed']
const usual = { gracePeriod: 50, delta: 0.01, maxByteSize: 104_857_600 }

/** Fills in the defaults, which are those of MOA, and checks the ranges. Throws MILLRACE_LEARNER_PARAMETER naming the range. */
export function forestParameters(algorithm: string, options: ForestOptions, deltas: UsualDeltas): ForestParameters {
  return {
    ...treeParameters(algorithm, { ...usual, ...options }, names),
    ...ownParameters(algorithm, options, deltas),
  }
}

/** The same for values. */
export function valueForestParameters(
  algorithm: string,
  options: ValueForestOptions,
  deltas: UsualDeltas,
): ValueTreeParameters & OwnForestParameters {
  return {
    ...valueTreeParameters(algorithm, { ...usual, ...options }, names),
    ...ownParameters(algorithm, options, deltas),
  }
}

function ownParameters(algorithm: string, options: OwnForestOptions, deltas: UsualDeltas): OwnForestParameters {
  const { trees = 10, columns = 0.6, lambda = 6, seed = 1 } = options
  const { warningDelta = deltas.warningDelta, driftDelta = deltas.driftDelta } = options
  const inside = { min: 0, max: 1 - 1e-9, above: true }
  return {
    trees: checkParameter(algorithm, 'trees', trees, { min: 1, max: 1000, whole: true }),
    columns: checkParameter(algorithm, 'columns', columns, { min: 0, max: 1, above: true }),
    lambda: checkParameter(algorithm, 'lambda', lambda, { min: 0, max: 100, above: true }),
    warningDelta: checkParameter(algorithm, 'warningDelta', warningDelta, inside),
    driftDelta: checkParameter(algorithm, 'driftDelta', driftDelta, inside),
    seed: checkParameter(algorithm, 'seed', seed, { min: -1e15, max: 1e15 }),
  }
}
