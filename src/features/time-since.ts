import { featureParameter } from './feature-parameter.ts'
import type { KeyedFeature } from './keyed-feature.ts'
import { KeyedRows } from './keyed-rows.ts'

/**
 * Milliseconds since a key's newest event; NaN for a key without one, 0 for a read before it. Values are not looked at; no event
 * is late. `memoryMs` (Infinity by default): a key without events for longer is forgotten.
 */
export function timeSince(options: { readonly memoryMs?: number } = {}): KeyedFeature {
  const { memoryMs = Infinity } = options
  featureParameter('memory', memoryMs, memoryMs > 0, 'milliseconds above 0, or Infinity')
  const parameters = Object.freeze(memoryMs === Infinity ? {} : { memoryMs })
  return Object.freeze({ feature: 'time-since', parameters, memoryMs, build: () => new RunningTimeSince(1, memoryMs) })
}

class RunningTimeSince extends KeyedRows {
  update(slot: number, timeMs: number, _value: number): boolean {
    if (timeMs > this.rows.values[slot]) {
      this.rows.values[slot] = timeMs
      this.rows.touch(slot)
    }
    return true
  }

  read(slot: number, timeMs: number): number {
    if (slot < 0 || this.isEmpty(slot, timeMs)) return Number.NaN
    return Math.max(0, timeMs - this.rows.values[slot])
  }
}
