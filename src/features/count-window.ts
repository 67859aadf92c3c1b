import { MillraceError } from '../errors.ts'
import type { Statistic } from '../stats/statistic.ts'
import { featureParameter } from './feature-parameter.ts'
import type { KeyedFeature } from './keyed-feature.ts'
import { KeyedRows } from './keyed-rows.ts'

const MAX_LENGTH = 10_000

/** What makes a count window. */
export interface CountWindowOptions {
  readonly statistic: Statistic
  /** Values in the window, 1 to 10,000. */
  readonly length: number
  /** Milliseconds after which a key without updates is forgotten; Infinity by default. */
  readonly memoryMs?: number
}

/**
 * A statistic over the last `length` values of a key, in the order they were given; none is late.
 *
 * Two stacks, never subtracting: the values of the current block as a running statistic, and of the block before it the statistics of its
 * ends, made once a block. O(1) amortised an update, O(1) a read. A key holds length + 1 statistics.
 *
 * Throws MILLRACE_FEATURE_PARAMETER for another length, or a statistic that cannot be merged. Source: Tangwongsan, Hirzel, Schneider &
 * Wu, General incremental sliding-window aggregation (2015); for a fixed length it is van Herk's (1992) and Gil & Werman's (1993).
 */
export function countWindow(options: CountWindowOptions): KeyedFeature {
  const { statistic, length, memoryMs = Infinity } = options
  const fits = Number.isInteger(length) && length >= 1 && length <= MAX_LENGTH
  featureParameter('count window length', length, fits, `an integer from 1 to ${MAX_LENGTH}`)
  featureParameter('count window memory', memoryMs, memoryMs > 0, 'milliseconds above 0, or Infinity')
  if (statistic.merge === undefined) {
    throw new MillraceError(
      'MILLRACE_FEATURE_PARAMETER',
      `count window of ${statistic.name}`,
      'this statistic cannot be merged',
      'Use a statistic with merge',
    )
  }
  const memory = memoryMs === Infinity ? {} : { memoryMs }
  return Object.freeze({
    feature: 'count-window',
    parameters: Object.freeze({ statistic: statistic.name, length, ...memory }),
    memoryMs,
    build: () => new RunningCountWindow(statistic, length, memoryMs),
  })
}

const PLACE = 1 // values in the current block
const FULL = 2 // whether there is a block before it
const BLOCK = 3 // the current block's statistic; behind it the cells

/**
 * Stacks of its own instead of the statistic `twoStack`, so that an update dirties the pages of two cells and not the whole row, and values lie in
 * the cells that their statistics take later. Cell i is value i of the current block for i < place, else the statistic of the values from i to the end of the block before.
 */
class RunningCountWindow extends KeyedRows {
  private readonly statistic: Statistic
  private readonly length: number
  private readonly merged: Float64Array
  private readonly empty: number

  constructor(statistic: Statistic, length: number, memoryMs: number) {
    super(BLOCK + (length + 1) * statistic.width, memoryMs)
    this.statistic = statistic
    this.length = length
    this.merged = new Float64Array(statistic.width)
    statistic.reset(this.merged, 0)
    this.empty = statistic.read(this.merged, 0)
  }

  update(slot: number, timeMs: number, value: number): boolean {
    const { statistic, length } = this
    const { values } = this.rows
    const at = slot * this.stride
    const block = at + BLOCK
    if (this.isEmpty(at, timeMs)) {
      values[at] = timeMs
      values[at + PLACE] = 0
      values[at + FULL] = 0
      statistic.reset(values, block)
    }
    if (timeMs > values[at]) values[at] = timeMs
    const place = values[at + PLACE]
    const cell = block + (place + 1) * statistic.width
    values[cell] = value
    this.rows.touch(cell)
    statistic.update(values, block, value, 1)
    values[at + PLACE] = place + 1
    if (place + 1 === length) this.close(at)
    this.touch(at, BLOCK + statistic.width)
    return true
  }

  read(slot: number, timeMs: number): number {
    const { statistic, merged } = this
    const { values } = this.rows
    const at = slot * this.stride
    const block = at + BLOCK
    if (slot < 0 || this.isEmpty(at, timeMs)) return this.empty
    if (values[at + FULL] === 0) return statistic.read(values, block)
    const { width } = statistic
    const place = values[at + PLACE]
    const cell = block + (place + 1) * width
    if (place === 0) return statistic.read(values, cell)
    for (let i = 0; i < width; i++) merged[i] = values[cell + i]
    statistic.merge!(merged, 0, values, block)
    return statistic.read(merged, 0)
  }

  /** The current block is full: its values become the statistics of its ends. */
  private close(at: number): void {
    const { statistic, merged, length } = this
    const { values } = this.rows
    const { width } = statistic
    const block = at + BLOCK
    for (let cell = block + length * width; cell > block; cell -= width) {
      statistic.reset(merged, 0)
      statistic.update(merged, 0, values[cell], 1)
      if (cell < block + length * width) statistic.merge!(merged, 0, values, cell + width)
      for (let i = 0; i < width; i++) values[cell + i] = merged[i]
    }
    values[at + PLACE] = 0
    values[at + FULL] = 1
    statistic.reset(values, block)
    this.rows.touchRange(at, at + this.stride)
  }
}
