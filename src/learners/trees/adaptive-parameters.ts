import { checkChoice, checkParameter } from '../../transforms/check-parameter.ts'
import type { AdaptiveParameters } from './adaptive-tree.ts'

/** Options of a tree that replaces its branches. */
export interface AdaptiveOptions {
  /** Confidence of the windows of errors (ADWIN), above 0 and below 1: the lower, the fewer false alarms. Default 0.002. */
  readonly driftDelta?: number
  /** Errors that both branches need before they are compared, 1 to 1e9. Default 300. */
  readonly driftWindow?: number
  /** Significance at which a branch takes the place of another, above 0 and below 1. Default 0.05. */
  readonly switchSignificance?: number
  /** Leaves learn a row as often as a Poisson number says, at least once (online bagging). Default true. */
  readonly bootstrap?: boolean
  /** Of the random numbers for `bootstrap`: -1e15 to 1e15. Default 1. */
  readonly seed?: number
}

/** The names of these options. */
export const adaptiveParameterNames = ['driftDelta', 'driftWindow', 'switchSignificance', 'bootstrap', 'seed']

/** Fills in the defaults, which are those of MOA and River, and checks the ranges. Throws MILLRACE_LEARNER_PARAMETER naming the range. */
export function adaptiveParameters(algorithm: string, options: AdaptiveOptions): AdaptiveParameters {
  const { driftDelta = 0.002, driftWindow = 300, switchSignificance = 0.05, bootstrap = true, seed = 1 } = options
  const inside = { min: 0, max: 1 - 1e-9, above: true }
  return {
    driftDelta: checkParameter(algorithm, 'driftDelta', driftDelta, inside),
    driftWindow: checkParameter(algorithm, 'driftWindow', driftWindow, { min: 1, max: 1e9 }),
    switchSignificance: checkParameter(algorithm, 'switchSignificance', switchSignificance, inside),
    bootstrap: checkChoice<boolean>(algorithm, 'bootstrap', bootstrap, [true, false]),
    seed: checkParameter(algorithm, 'seed', seed, { min: -1e15, max: 1e15 }),
  }
}
