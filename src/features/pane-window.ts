import { MillraceError } from '../errors.ts'
import type { Statistic } from '../stats/statistic.ts'
import type { KeyedFeature } from './keyed-feature.ts'
import { KeyedRows } from './keyed-rows.ts'
import { featureParameter } from './feature-parameter.ts'

const MAX_PANES = 1440
const DEFAULT_PANES = 60

/** What makes a pane window; times in milliseconds. */
export interface PaneWindowOptions {
  readonly statistic: Statistic
  readonly lengthMs: number
  /** Length of a pane, a divisor of `lengthMs`; by default about a 60th of it. */
  readonly everyMs?: number
  /** How far out of order, by event time, updates and reads are still exact; 0 by default. */
  readonly graceMs?: number
}

/**
 * A statistic over an event-time window made of panes.
 *
 * With pane index q = floor(t / everyMs) the window at time t is the panes (q - n, q], n = lengthMs / everyMs: everything since
 * (q + 1 - n) x everyMs. `everyMs` = `lengthMs` is a tumbling window (from the last boundary up to now), a smaller one a hopping
 * window, and with small panes a sliding one, whose far edge moves in steps of a pane: it covers more than lengthMs - everyMs
 * and at most lengthMs.
 *
 * A key holds the panes of (lengthMs + graceMs) before its newest update, so that an update out of order lands in its own pane and
 * a read out of order sees the window as of its own time; an older update is late. Panes are merged, never subtracted: what has left a
 * window leaves no rounding behind. An update costs O(1), a read the panes in use at most once a pane, else O(1).
 *
 * Throws MILLRACE_FEATURE_PARAMETER when the panes do not divide the window, are more than 1,440, or the statistic cannot be
 * merged (a tumbling window takes any). Source: Li, Maier, Tufte, Papadimos & Tucker, No pane, no gain (2005).
 */
export function paneWindow(options: PaneWindowOptions): KeyedFeature {
  const { statistic, lengthMs, graceMs = 0 } = options
  featureParameter('window length', lengthMs, Number.isInteger(lengthMs) && lengthMs > 0, 'whole milliseconds above 0')
  const everyMs = options.everyMs ?? defaultEvery(lengthMs)
  featureParameter('pane length', everyMs, Number.isInteger(everyMs) && everyMs > 0, 'whole milliseconds above 0')
  featureParameter('pane length', everyMs, lengthMs % everyMs === 0, `a divisor of the window length ${lengthMs}`)
  featureParameter(
    'pane length',
    everyMs,
    lengthMs / everyMs <= MAX_PANES,
    `at least a ${MAX_PANES}th of the window length ${lengthMs}`,
  )
  featureParameter(
    'grace',
    graceMs,
    graceMs >= 0 && graceMs / everyMs <= MAX_PANES,
    `0 to ${MAX_PANES} panes of ${everyMs} ms`,
  )
  if (lengthMs > everyMs && statistic.merge === undefined) {
    throw new MillraceError(
      'MILLRACE_FEATURE_PARAMETER',
      `window of ${statistic.name}`,
      'two panes of this statistic cannot be merged',
      'Use a tumbling window, or a statistic with merge',
    )
  }
  const parameters = Object.freeze({ statistic: statistic.name, lengthMs, everyMs, graceMs })
  return Object.freeze({
    feature: 'pane-window',
    parameters,
    memoryMs: lengthMs + graceMs,
    build: () => new RunningPaneWindow(statistic, lengthMs / everyMs, Math.ceil(graceMs / everyMs), everyMs),
  })
}

/** The shortest pane of whole milliseconds that is at least a 60th of the window and divides it. */
function defaultEvery(lengthMs: number): number {
  for (let panes = DEFAULT_PANES; panes > 1; panes--) if (lengthMs % panes === 0) return lengthMs / panes
  return lengthMs
}

/**
 * A row is: the newest pane's index; a bit for each pane of the ring, 32 a double, set when the pane holds values; the ring of panes.
 */
class RunningPaneWindow extends KeyedRows {
  private readonly statistic: Statistic
  private readonly width: number
  private readonly panes: number
  private readonly ring: number
  private readonly everyMs: number
  private readonly head: number
  /** The value of a window without values. */
  private readonly empty: number
  private readonly merged: Float64Array

  // Derived, for each slot: the merge of a window's panes but its newest, that newest pane, and whether it holds now.
  private prefix = new Float64Array(0)
  private prefixPane = new Float64Array(0)
  private prefixState = new Uint8Array(0)

  constructor(statistic: Statistic, panes: number, gracePanes: number, everyMs: number) {
    const ring = panes + gracePanes
    const head = 1 + Math.ceil(ring / 32)
    super(head + ring * statistic.width, Infinity)
    this.statistic = statistic
    this.width = statistic.width
    this.panes = panes
    this.ring = ring
    this.everyMs = everyMs
    this.head = head
    this.merged = new Float64Array(statistic.width)
    statistic.reset(this.merged, 0)
    this.empty = statistic.read(this.merged, 0)
  }

  override get bytesPerKey(): number {
    return this.stride * 8 + this.width * 8 + 9
  }

  override ensure(slots: number): void {
    super.ensure(slots)
    if (slots > this.prefixState.length) this.growPrefixes(Math.max(slots, this.prefixState.length * 2))
  }

  override clear(slot: number): void {
    super.clear(slot)
    this.prefixState[slot] = STALE
  }

  update(slot: number, timeMs: number, value: number): boolean {
    const { rows, statistic, ring } = this
    const values = rows.values
    const pane = Math.floor(timeMs / this.everyMs)
    const at = slot * this.stride
    const newest = values[at]
    if (pane <= newest - ring) return this.refuse()
    if (pane > newest) this.advance(at, newest, pane)
    if (pane !== this.prefixPane[slot]) this.prefixState[slot] = STALE
    const place = pane - Math.floor(pane / ring) * ring
    const word = at + 1 + (place >>> 5)
    const paneAt = at + this.head + place * this.width
    const bits = values[word]
    if ((bits & (1 << (place & 31))) === 0) {
      values[word] = bits | (1 << (place & 31))
      rows.touch(word)
      statistic.reset(values, paneAt)
    }
    statistic.update(values, paneAt, value, 1)
    this.touch(paneAt, this.width)
    return true
  }

  read(slot: number, timeMs: number): number {
    if (slot < 0) return this.empty
    const { statistic, width, ring } = this
    const values = this.rows.values
    const at = slot * this.stride
    const newest = values[at]
    const pane = Math.floor(timeMs / this.everyMs)
    const oldest = Math.max(pane - this.panes, newest - ring) + 1
    if (oldest > newest) return this.empty
    const prefixAt = slot * width
    let state = this.prefixState[slot]
    if (state === STALE || this.prefixPane[slot] !== pane) {
      state = this.gather(at, oldest, Math.min(pane - 1, newest), prefixAt) ? FILLED : EMPTY
      this.prefixState[slot] = state
      this.prefixPane[slot] = pane
    }
    const place = pane - Math.floor(pane / ring) * ring
    const open = pane <= newest && pane >= oldest && (values[at + 1 + (place >>> 5)] & (1 << (place & 31))) !== 0
    if (!open) return state === FILLED ? statistic.read(this.prefix, prefixAt) : this.empty
    const paneAt = at + this.head + place * width
    if (state === EMPTY) return statistic.read(values, paneAt)
    const { merged, prefix } = this
    for (let i = 0; i < width; i++) merged[i] = prefix[prefixAt + i]
    statistic.merge!(merged, 0, values, paneAt)
    return statistic.read(merged, 0)
  }

  loaded(): void {
    const slots = this.rows.length / this.stride
    this.prefixState = new Uint8Array(0)
    this.growPrefixes(slots)
  }

  /** Makes `pane` the newest: the panes that come into the ring are empty. */
  private advance(at: number, newest: number, pane: number): void {
    const { rows, ring } = this
    const values = rows.values
    values[at] = pane
    if (pane - newest >= ring) {
      values.fill(0, at + 1, at + this.head)
    } else {
      let place = newest + 1 - Math.floor((newest + 1) / ring) * ring
      for (let left = pane - newest; left > 0; ) {
        const shift = place & 31
        const span = Math.min(left, 32 - shift, ring - place)
        values[at + 1 + (place >>> 5)] &= ~(lowBits(span) << shift)
        left -= span
        place = place + span === ring ? 0 : place + span
      }
    }
    this.touch(at, this.head)
  }

  /** Merges the panes `from` to `to`, oldest first, into the prefix at `into`; false when none holds a value. */
  private gather(at: number, from: number, to: number, into: number): boolean {
    const { ring, width, prefix, statistic } = this
    const values = this.rows.values
    let filled = false
    let place = from - Math.floor(from / ring) * ring
    for (let left = to - from + 1; left > 0; ) {
      const shift = place & 31
      const span = Math.min(left, 32 - shift, ring - place)
      let bits = (values[at + 1 + (place >>> 5)] >>> shift) & lowBits(span)
      while (bits !== 0) {
        const paneAt = at + this.head + (place + 31 - Math.clz32(bits & -bits)) * width
        bits &= bits - 1
        if (filled) statistic.merge!(prefix, into, values, paneAt)
        else for (let i = 0; i < width; i++) prefix[into + i] = values[paneAt + i]
        filled = true
      }
      left -= span
      place = place + span === ring ? 0 : place + span
    }
    return filled
  }

  private growPrefixes(slots: number): void {
    const prefix = new Float64Array(slots * this.width)
    prefix.set(this.prefix.subarray(0, this.prefixState.length * this.width))
    this.prefix = prefix
    const prefixPane = new Float64Array(slots)
    prefixPane.set(this.prefixPane.subarray(0, this.prefixState.length))
    this.prefixPane = prefixPane
    const prefixState = new Uint8Array(slots)
    prefixState.set(this.prefixState)
    this.prefixState = prefixState
  }
}

const STALE = 0
const EMPTY = 1
const FILLED = 2

function lowBits(count: number): number {
  return count === 32 ? -1 : (1 << count) - 1
}
