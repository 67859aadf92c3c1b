import type { KeyedFeature } from './keyed-feature.ts'
import { lag } from './lag.ts'

/**
 * The value of a key's newest event by event time (of equal times the one given last); NaN before the first. An event older than the
 * newest is late. `memoryMs` (Infinity by default): a key without events for longer is forgotten.
 */
export function lastValue(options: { readonly memoryMs?: number } = {}): KeyedFeature {
  const { memoryMs = Infinity } = options
  const { build } = lag({ steps: 1, memoryMs })
  const parameters = Object.freeze(memoryMs === Infinity ? {} : { memoryMs })
  return Object.freeze({ feature: 'last-value', parameters, memoryMs, build })
}
