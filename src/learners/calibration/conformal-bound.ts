import { checkOptions, checkParameter } from '../../transforms/check-parameter.ts'
import { SortedWindow } from '../../stats/sorted-window.ts'
import { AdaptiveLevel } from './adaptive-level.ts'
import type { WatcherState } from './wrapped-learner.ts'

/** Options of adaptive conformal intervals and sets. */
export interface AdaptiveConformalOptions {
  /** The share of labels that shall be inside, 0.01 to 0.999. Default 0.9. */
  readonly coverage?: number
  /** How many of the latest errors of the learner are kept, 10 to 100,000. Default 1,000. */
  readonly window?: number
  /**
   * How fast the share that is aimed at is moved with each label, each above 0 to 1, at most 64 of them; several are
   * weighed by how well each does. Default 0.001, 0.002, 0.004, ... 0.128.
   */
  readonly stepSizes?: readonly number[]
}

/** The options, all given and in range. */
export type ConformalParameters = Required<AdaptiveConformalOptions>

/** The state: levels and their weights, the latest scores, and (how many, where the next goes). */
export interface ConformalState extends WatcherState {
  readonly levels: Float64Array
  readonly ring: Float64Array
  readonly head: Float64Array
}

/** Throws MILLRACE_LEARNER_PARAMETER. */
export function conformalParameters(algorithm: string, options: AdaptiveConformalOptions): ConformalParameters {
  checkOptions(algorithm, options, ['coverage', 'window', 'stepSizes'])
  const stepSizes = options.stepSizes ?? [0.001, 0.002, 0.004, 0.008, 0.016, 0.032, 0.064, 0.128]
  checkParameter(algorithm, 'stepSizes, how many', stepSizes.length, { min: 1, max: 64, whole: true })
  for (const step of stepSizes) checkParameter(algorithm, 'stepSizes', step, { min: 0, max: 1, above: true })
  return Object.freeze({
    coverage: checkParameter(algorithm, 'coverage', options.coverage ?? 0.9, { min: 0.01, max: 0.999 }),
    window: checkParameter(algorithm, 'window', options.window ?? 1000, { min: 10, max: 100_000, whole: true }),
    stepSizes: Object.freeze([...stepSizes]),
  })
}

/** The state before the first label. */
export function conformalState({ coverage, window, stepSizes }: ConformalParameters): ConformalState {
  return {
    levels: AdaptiveLevel.state(1 - coverage, stepSizes),
    ring: new Float64Array(window),
    head: new Float64Array(2),
  }
}

/**
 * How large a score may be for a label to count as expected: a quantile of the latest scores, at the adaptive level.
 */
export class ConformalBound {
  /** Bytes held besides the state: the window in order. */
  readonly byteSize: number
  private readonly level: AdaptiveLevel
  private readonly window: SortedWindow

  constructor(state: ConformalState, { coverage, stepSizes }: ConformalParameters) {
    this.level = new AdaptiveLevel(state.levels, 1 - coverage, stepSizes)
    this.window = new SortedWindow(state)
    this.byteSize = state.ring.byteLength
  }

  /**
   * The largest score inside: infinite while nothing can be promised, and never below the smallest of the window,
   * though none need be inside.
   */
  get bound(): number {
    const { window } = this
    const rank = Math.ceil((window.length + 1) * (1 - this.level.level))
    return rank > window.length ? Infinity : window.smallest(rank < 1 ? 1 : rank)
  }

  /** Takes the score of a label, from 0 up. */
  update(score: number): void {
    const { window } = this
    this.level.update(1 - window.below(score) / (window.length + 1))
    window.add(score)
  }
}
