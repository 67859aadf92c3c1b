import { requireParameter } from './require-parameter.ts'
import type { Statistic } from './statistic.ts'

/** The most frequent values, by rank. */
export interface TopK extends Statistic {
  /** The value at a rank, 0 for the most frequent; NaN when fewer have been kept. */
  valueAt(state: Float64Array, at: number, rank: number): number
  /**
   * The estimated weight of that value: at least the true one, at most `overcountAt` more; 0 when fewer have been kept.
   */
  countAt(state: Float64Array, at: number, rank: number): number
  /** How much too large `countAt` can be. */
  overcountAt(state: Float64Array, at: number, rank: number): number
}

/**
 * The most frequent values (integer codes, as a rule) by SpaceSaving (Metwally, Agrawal & El Abbadi, ICDT 2005) with
 * `capacity` (64) counters; merged by adding up and cutting (Agarwal et al., TODS 38(4), 2013). No count is too small,
 * none too large by more than the total weight / capacity, and every value above that share is among those kept. `read`
 * gives the most frequent, NaN of nothing. Among equal counts the one that reached it first comes first. State: the
 * number kept, then value, count and overcount of each, most frequent first.
 */
export function topK(parameters: { readonly capacity?: number } = {}): TopK {
  const { capacity = 64 } = parameters
  const valid = Number.isInteger(capacity) && capacity >= 1 && capacity <= 65_536
  requireParameter(valid, 'topK', 'capacity', capacity, 'an integer from 1 to 65536')
  const width = 1 + 3 * capacity
  const scratch = new Float64Array(1 + 6 * capacity)

  const field = (state: Float64Array, at: number, rank: number, offset: number, none: number): number =>
    rank >= 0 && rank < state[at] ? state[at + 1 + 3 * rank + offset] : none

  return Object.freeze({
    name: 'top-k',
    width,
    error: `each count at most 1/${capacity} of the total weight too large`,
    reset(state, at) {
      state.fill(0, at, at + width)
    },
    update(state, at, value, weight) {
      const kept = state[at]
      let i = find(state, at, value)
      if (i < 0 && kept < capacity) {
        i = at + 1 + 3 * kept
        state[at] = kept + 1
        put(state, i, value, weight, 0)
      } else if (i < 0) {
        i = at + 1 + 3 * (capacity - 1)
        put(state, i, value, state[i + 1] + weight, state[i + 1])
      } else {
        state[i + 1] += weight
      }
      rise(state, at, i)
    },
    merge(state, at, other, from) {
      const floor = state[at] < capacity ? 0 : state[at + 1 + 3 * (capacity - 1) + 1]
      const otherFloor = other[from] < capacity ? 0 : other[from + 1 + 3 * (capacity - 1) + 1]
      scratch[0] = 0
      for (let i = at + 1; i < at + 1 + 3 * state[at]; i += 3) {
        const match = find(other, from, state[i])
        const count = match < 0 ? otherFloor : other[match + 1]
        append(scratch, state[i], state[i + 1] + count, state[i + 2] + (match < 0 ? otherFloor : other[match + 2]))
      }
      for (let i = from + 1; i < from + 1 + 3 * other[from]; i += 3) {
        if (find(state, at, other[i]) < 0) append(scratch, other[i], other[i + 1] + floor, other[i + 2] + floor)
      }
      state[at] = Math.min(scratch[0], capacity)
      for (let i = 1; i <= 3 * state[at]; i += 1) state[at + i] = scratch[i]
    },
    read: (state, at) => field(state, at, 0, 0, NaN),
    valueAt: (state, at, rank) => field(state, at, rank, 0, NaN),
    countAt: (state, at, rank) => field(state, at, rank, 1, 0),
    overcountAt: (state, at, rank) => field(state, at, rank, 2, 0),
  } satisfies TopK)
}

/** The index of a value's three doubles, or -1. */
function find(state: Float64Array, at: number, value: number): number {
  const end = at + 1 + 3 * state[at]
  for (let i = at + 1; i < end; i += 3) if (state[i] === value) return i
  return -1
}

function put(state: Float64Array, i: number, value: number, weight: number, overcount: number): void {
  state[i] = value
  state[i + 1] = weight
  state[i + 2] = overcount
}

function append(state: Float64Array, value: number, weight: number, overcount: number): void {
  const i = 1 + 3 * state[0]
  state[0] += 1
  put(state, i, value, weight, overcount)
  rise(state, 0, i)
}

/** Moves the three doubles at `i` up to their rank. */
function rise(state: Float64Array, at: number, i: number): void {
  const value = state[i]
  const weight = state[i + 1]
  const overcount = state[i + 2]
  while (i > at + 1 && state[i - 2] < weight) {
    put(state, i, state[i - 3], state[i - 2], state[i - 1])
    i -= 3
  }
  put(state, i, value, weight, overcount)
}
