import { MillraceError } from '../errors.ts'
import { SeededRandom } from '../stats/seeded-random.ts'
import { ArrayDetector } from './array-detector.ts'
import { boundedValue } from './bounded-value.ts'
import { checkParameter } from './check-parameter.ts'
import { describeDetector } from './describe-detector.ts'
import { type Detector, type RunningDetector, Signal } from './detector.ts'
import { detectorParameters } from './detector-parameters.ts'

export interface KswinOptions {
  /** Chance that a single test finds a change where there is none. */
  readonly alpha: number
  /** Values in the window. */
  readonly windowSize: number
  /** The newest of them, and how many of the others are drawn to be compared with them. */
  readonly statSize: number
  readonly seed: number
}

const defaults: KswinOptions = { alpha: 0.005, windowSize: 100, statSize: 30, seed: 1 }
const LEAST_STATISTIC = 0.1

const COUNT = ArrayDetector.FIRST
const AT = COUNT + 1 // where the next value goes
const RANDOM = COUNT + 2 // five numbers
const RING = COUNT + 7

/**
 * KSWIN over any numbers: a two-sample Kolmogorov-Smirnov test, at every value, of the newest values of a sliding
 * window against as many drawn from the others; drift where their mean is higher, `improved` where it isn't. It tests
 * as River 0.24 does, with the exact distribution; as in the paper the newest values stay in the window after a
 * signal, which River throws away. It tests at every value, so its false alarms are many. It has no warnings. Throws
 * MILLRACE_DRIFT_PARAMETER.
 * Source: Raab, Heusinger & Schleif, Reactive Soft Prototype Computing for Concept Drift Streams, Neurocomputing 416,
 * 2020.
 */
export function kswin(options: Partial<KswinOptions> = {}): Detector {
  const parameters = detectorParameters('kswin', defaults, options)
  const { alpha, windowSize, statSize, seed } = parameters
  checkParameter('kswin', 'alpha', alpha, 0, 1, 'open')
  checkParameter('kswin', 'windowSize', windowSize, 4, 10_000, 'whole')
  checkParameter('kswin', 'statSize', statSize, 2, Math.floor(windowSize / 2), 'whole')
  checkParameter('kswin', 'seed', seed, -Number.MAX_VALUE, Number.MAX_VALUE, 'closed')
  const least = leastSignificant(statSize, alpha)
  if (least > statSize) {
    throw new MillraceError(
      'MILLRACE_DRIFT_PARAMETER',
      'kswin, alpha',
      `no two samples of ${statSize} values differ as much as ${alpha} asks for`,
      'Give a greater alpha or statSize',
    )
  }
  return describeDetector('kswin', 'real', parameters, (detector) => new RunningKswin(detector, parameters, least))
}

/** The least difference between two empirical distributions of n values each, in n-ths, that is significant. */
function leastSignificant(n: number, alpha: number): number {
  for (let steps = Math.floor(n * LEAST_STATISTIC) + 1; steps <= n; steps++) {
    if (chanceOf(n, steps) <= alpha) return steps
  }
  return n + 1
}

/** The chance that two samples of n from one continuous distribution differ by `steps` n-ths or more (Gnedenko & Korolyuk, 1951). */
function chanceOf(n: number, steps: number): number {
  let chance = 0
  for (let k = Math.floor(n / steps); k >= 0; k--) {
    let factor = 1
    for (let j = 0; j < steps; j++) factor *= (n - k * steps - j) / (n + k * steps + j + 1)
    chance = factor * (1 - chance)
  }
  return 2 * chance
}

class RunningKswin extends ArrayDetector {
  private readonly size: number
  private readonly newest: number
  private readonly least: number
  private readonly random: SeededRandom
  /** The values of the window in rising order: the newest, and the others. Derived from the ring. */
  private readonly sortedNew: Float64Array
  private readonly sortedOld: Float64Array

  constructor(detector: Detector, { windowSize, statSize, seed }: KswinOptions, least: number) {
    super(detector, RING - COUNT + windowSize)
    this.size = windowSize
    this.newest = statSize
    this.least = least
    this.random = new SeededRandom(seed)
    this.sortedNew = new Float64Array(statSize)
    this.sortedOld = new Float64Array(windowSize - statSize)
    this.state.set(this.random.save(), RANDOM)
  }

  update(given: number): Signal {
    if (!(given - given === 0)) return Signal.none
    const value = boundedValue(given)
    const { state, size, newest } = this
    const count = state[COUNT]
    const at = state[AT]
    if (count >= newest) {
      const aging = state[RING + ((at - newest + size) % size)]
      if (count === size) replace(this.sortedOld, size - newest, state[RING + at], aging)
      else insert(this.sortedOld, count - newest, aging)
      replace(this.sortedNew, newest, aging, value)
    } else insert(this.sortedNew, count, value)
    state[RING + at] = value
    state[AT] = at + 1 === size ? 0 : at + 1
    if (count < size) state[COUNT] = count + 1
    if (state[COUNT] < size) return Signal.none
    const steps = this.compare()
    return steps < this.least ? Signal.none : this.signal(steps)
  }

  override save(): Uint8Array {
    this.state.set(this.random.save(), RANDOM)
    return super.save()
  }

  override clone(): RunningDetector {
    this.state.set(this.random.save(), RANDOM)
    return super.clone()
  }

  override byteSize(): number {
    return super.byteSize() + this.sortedNew.byteLength + this.sortedOld.byteLength
  }

  protected override restored(): void {
    const { state, size, newest } = this
    this.random.load(state.subarray(RANDOM, RING))
    const count = state[COUNT]
    for (let i = 0; i < count; i++) {
      const value = state[RING + ((state[AT] - 1 - i + size) % size)]
      if (i < newest) insert(this.sortedNew, i, value)
      else insert(this.sortedOld, i - newest, value)
    }
  }

  /** The Kolmogorov-Smirnov statistic of the newest values and a draw of the others, times their number. */
  private compare(): number {
    const { sortedNew, sortedOld, newest, random } = this
    const others = sortedOld.length
    let wanted = newest
    let drawn = 0
    let j = 0
    let most = 0
    for (let i = 0; i < others; i++) {
      // Each of the others is drawn with the chance that leaves every draw of so many equally likely (Fan et al., 1962).
      const value = sortedOld[i]
      if ((random.bits() >>> 0) * (others - i) < wanted * 4_294_967_296) {
        wanted--
        while (j < newest && sortedNew[j] < value) j++
        if (j - drawn > most) most = j - drawn
        drawn++
      }
      // A difference counts only where all equal values of both are passed.
      if (i + 1 < others && sortedOld[i + 1] === value) continue
      while (j < newest && sortedNew[j] <= value) j++
      const difference = drawn > j ? drawn - j : j - drawn
      if (difference > most) most = difference
    }
    return most
  }

  private signal(steps: number): Signal {
    const { state, newest, sortedNew, sortedOld } = this
    let before = 0
    for (let i = 0; i < sortedOld.length; i++) before += sortedOld[i]
    before /= sortedOld.length
    let after = 0
    for (let i = 0; i < newest; i++) after += sortedNew[i]
    after /= newest
    state[COUNT] = newest
    this.explain(steps / newest, this.least / newest, before, after, newest)
    return after > before ? Signal.drift : Signal.improved
  }
}

/** Puts a value into the first `count` values, which are in rising order. */
function insert(sorted: Float64Array, count: number, value: number): void {
  let i = count
  while (i > 0 && sorted[i - 1] > value) {
    sorted[i] = sorted[i - 1]
    i--
  }
  sorted[i] = value
}

/** Takes a value that is there out of the first `count` values, and puts another in. */
function replace(sorted: Float64Array, count: number, gone: number, value: number): void {
  let low = 0
  let high = count - 1
  while (low < high) {
    const middle = (low + high) >> 1
    if (sorted[middle] < gone) low = middle + 1
    else high = middle
  }
  while (low + 1 < count && sorted[low + 1] < value) {
    sorted[low] = sorted[low + 1]
    low++
  }
  while (low > 0 && sorted[low - 1] > value) {
    sorted[low] = sorted[low - 1]
    low--
  }
  sorted[low] = value
}
