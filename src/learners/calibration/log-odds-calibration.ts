import { log } from '../../stats/math/log.ts'
import { sigmoid } from '../../stats/math/sigmoid.ts'
import { checkOptions, checkParameter } from '../../transforms/check-parameter.ts'
import type { Learner } from '../learner.ts'
import { type Watcher, type WatcherState, wrappedLearner } from './wrapped-learner.ts'

/** Options of Platt scaling and of beta calibration. */
export interface LogOddsCalibrationOptions {
  /** What an earlier label counts with each later one: 0.9999 remembers about 10,000; above 0 to 1. Default 0.9999. */
  readonly forgetting?: number
}

const ROUNDS = 60 // at most, to find where a label leads
const CLIP = 1e-4 // probabilities are kept within [CLIP, 1 - CLIP] before their logarithms
const PRIOR = 1 // 1 / variance of each coefficient before the first label
const FARTHEST = 100 // from 0 that a coefficient goes

/** The state: the coefficients, and the matrix of what the labels told of them, its lower triangle by rows. */
interface State extends WatcherState {
  readonly coefficients: Float64Array
  readonly information: Float64Array
}

/**
 * Calibration in log-odds: the sigmoid of `a ln p - b ln(1 - p) + c`, learned a label at a time. With a slope for both
 * logarithms it is Platt's (a = b), with one each beta calibration. It begins at the identity.
 */
export function logOddsCalibration<C extends string>(
  algorithm: string,
  slopes: 1 | 2,
  learner: Learner<'binary', C>,
  options: LogOddsCalibrationOptions,
): Learner<'binary', C> {
  checkOptions(algorithm, options, ['forgetting'])
  const range = { min: 0, max: 1, above: true }
  const forgetting = checkParameter(algorithm, 'forgetting', options.forgetting ?? 0.9999, range)
  return wrappedLearner<State, 'binary', C>({
    algorithm,
    problems: ['binary'],
    learner,
    options: { forgetting },
    weights: 'linear',
    state: () => {
      const coefficients = new Float64Array(slopes + 1).fill(1, 0, slopes)
      const information = new Float64Array(slopes === 1 ? 3 : 6)
      for (let i = 0, at = 0; i <= slopes; at += ++i + 1) information[at] = PRIOR
      return { coefficients, information }
    },
    watcher: (state) => new LogOddsWatcher(state, forgetting),
  })
}

class LogOddsWatcher implements Watcher {
  readonly byteSize: number
  private readonly coefficients: Float64Array
  private readonly information: Float64Array
  private readonly forgetting: number
  private readonly size: number
  private readonly features: Float64Array
  private readonly factor: Float64Array // the Cholesky factor of the information, its lower triangle by rows
  private readonly change: Float64Array

  constructor({ coefficients, information }: State, forgetting: number) {
    this.coefficients = coefficients
    this.information = information
    this.forgetting = forgetting
    this.size = coefficients.length
    this.features = new Float64Array(this.size)
    this.features[this.size - 1] = 1
    this.factor = new Float64Array(information.length)
    this.change = new Float64Array(this.size)
    this.byteSize = this.features.byteLength + this.factor.byteLength + this.change.byteLength
  }

  adjust(out: Float64Array, at: number): void {
    const p = sigmoid(this.logOdds(out[at + 1]))
    out[at] = 1 - p
    out[at + 1] = p
  }

  /**
   * Bayes with a normal prior, in Laplace's approximation: the coefficients become those that are likeliest after the
   * label, beginning from a normal distribution about what they were. They lie on a line from there, on which `reached`
   * finds them.
   */
  watch(out: Float64Array, label: number, weight: number): void {
    const { coefficients, information, features, change, forgetting, size } = this
    const sum = this.logOdds(out[1])
    for (let i = 0, at = 0; i < size; at += ++i + 1) {
      for (let j = 0; j <= i; j++) information[at - j] *= forgetting
      information[at] += (1 - forgetting) * PRIOR
    }
    change.set(features)
    this.solve()
    let variance = 0
    for (let i = 0; i < size; i++) variance += change[i] * features[i]
    const to = reached(sum, variance * weight, label)
    const step = (to - sum) / variance // along `change`
    const q = sigmoid(to)
    const curvature = weight * q * (1 - q)
    for (let i = 0, at = 0; i < size; i++) {
      const least = i < size - 1 ? 0 : -FARTHEST
      coefficients[i] = within(coefficients[i] + step * change[i], least, FARTHEST)
      for (let j = 0; j <= i; j++, at++) information[at] += curvature * features[i] * features[j]
    }
  }

  /** Of the probability as it is put right; leaves its features behind. */
  private logOdds(p: number): number {
    const { coefficients, features, size } = this
    const kept = within(p, CLIP, 1 - CLIP)
    const low = log(kept)
    const high = -log(1 - kept)
    if (size === 2) features[0] = low + high
    else {
      features[0] = low
      features[1] = high
    }
    let sum = 0
    for (let i = 0; i < size; i++) sum += coefficients[i] * features[i]
    return sum
  }

  /** `change` becomes the inverse of the information times itself. */
  private solve(): void {
    const { information, factor, change, size } = this
    for (let i = 0; i < size; i++) {
      const row = (i * (i + 1)) / 2
      for (let j = 0; j <= i; j++) {
        const other = (j * (j + 1)) / 2
        let sum = information[row + j]
        for (let k = 0; k < j; k++) sum -= factor[row + k] * factor[other + k]
        factor[row + j] = i === j ? Math.sqrt(Math.max(sum, PRIOR * 1e-9)) : sum / factor[other + j]
      }
    }
    for (let i = 0; i < size; i++) {
      const row = (i * (i + 1)) / 2
      for (let k = 0; k < i; k++) change[i] -= factor[row + k] * change[k]
      change[i] /= factor[row + i]
    }
    for (let i = size - 1; i >= 0; i--) {
      for (let k = i + 1; k < size; k++) change[i] -= factor[(k * (k + 1)) / 2 + i] * change[k]
      change[i] /= factor[(i * (i + 1)) / 2 + i]
    }
  }
}

/**
 * The log-odds s after a label that moves them by `gain` times what is left of its error: s = before + gain (label -
 * sigmoid(s)). By Newton's method, inside of what is known to hold the only solution.
 */
function reached(before: number, gain: number, label: number): number {
  const farthest = before + gain * (label - sigmoid(before))
  let low = label === 1 ? before : farthest
  let high = label === 1 ? farthest : before
  let s = before
  for (let i = 0; i < ROUNDS; i++) {
    const q = sigmoid(s)
    const excess = s - before - gain * (label - q)
    if (excess > 0) high = s
    else low = s
    const next = s - excess / (1 + gain * q * (1 - q))
    const to = next > low && next < high ? next : low + (high - low) / 2
    if (Math.abs(to - s) <= 1e-12 * Math.abs(s) + 1e-12) return to
    s = to
  }
  return s
}

function within(value: number, least: number, most: number): number {
  return value > least ? (value < most ? value : most) : least
}
