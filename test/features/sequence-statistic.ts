import type { Statistic } from '../../src/stats/statistic.ts'

const PRIME = 67_108_859 // below 2^26, so that products are exact

/**
 * Tells any two sequences of values apart, so that a window shows exactly which values it holds and in which order: a polynomial of the
 * values modulo a prime, and the power by which merging shifts it.
 */
export const sequence: Statistic = Object.freeze({
  name: 'sequence',
  width: 2,
  error: 'exact',
  reset(state: Float64Array, at: number): void {
    state[at] = 0
    state[at + 1] = 1
  },
  update(state: Float64Array, at: number, value: number): void {
    state[at] = (state[at] * 1_000_003 + value + 1) % PRIME
    state[at + 1] = (state[at + 1] * 1_000_003) % PRIME
  },
  merge(state: Float64Array, at: number, other: Float64Array, from: number): void {
    state[at] = (state[at] * other[from + 1] + other[from]) % PRIME
    state[at + 1] = (state[at + 1] * other[from + 1]) % PRIME
  },
  read: (state: Float64Array, at: number): number => (state[at + 1] === 1 ? Number.NaN : state[at]),
})

/** What a window reads that holds these values in this order. */
export function sequenceOf(values: readonly number[]): number {
  const state = new Float64Array(2)
  sequence.reset(state, 0)
  for (const value of values) sequence.update(state, 0, value, 1)
  return sequence.read(state, 0)
}
