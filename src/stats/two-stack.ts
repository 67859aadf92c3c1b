import { requireParameter } from './require-parameter.ts'
import type { Statistic } from './statistic.ts'

const NEWEST = 0 // values in the back stack
const OLDEST = 1 // values in the front stack
const HEAD = 2

/**
 * The last `window` values of any statistic that merges, never by subtraction: two stacks (the two-stack queue, see
 * Tangwongsan, Hirzel & Schneider, DEBS 2017). New values go into one running state and are kept; when the oldest must
 * leave and the other stack is empty, the kept values become suffix states there, so that each value is merged once and
 * a value that left leaves no trace in any digit. An update costs O(1) amortised, O(window) at worst; a read one merge.
 * State: 2 doubles, the running state, and for each place of the window its value, its weight and one state of the
 * statistic. Does not merge itself.
 */
export function twoStack(statistic: Statistic, window: number): Statistic {
  const { name, width, error, merge } = statistic
  if (merge === undefined) {
    requireParameter(false, 'twoStack', 'statistic', `'${name}'`, 'one that has merge')
    throw new TypeError('unreachable')
  }
  const valid = Number.isInteger(window) && window >= 1 && window <= 2 ** 24
  requireParameter(valid, 'twoStack', 'window', window, 'an integer from 1 to 2^24')
  const values = HEAD + width
  const weights = values + window
  const stack = weights + window
  const scratch = new Float64Array(width)

  /** Turns the kept values into states of the newest, the newest two, and so on to all; they leave from the last. */
  function turn(state: Float64Array, at: number): void {
    const count = state[at + NEWEST]
    for (let i = count - 1; i >= 0; i -= 1) {
      const target = at + stack + (count - 1 - i) * width
      statistic.reset(state, target)
      statistic.update(state, target, state[at + values + i], state[at + weights + i])
      if (i < count - 1) merge?.(state, target, state, target - width)
    }
    state[at + OLDEST] = count
    state[at + NEWEST] = 0
    statistic.reset(state, at + HEAD)
  }

  return Object.freeze({
    name: `two-stack-${name}`,
    width: stack + window * width,
    error,
    reset(state, at) {
      state.fill(0, at, at + stack + window * width)
      statistic.reset(state, at + HEAD)
    },
    update(state, at, value, weight) {
      if (state[at + NEWEST] + state[at + OLDEST] === window) {
        if (state[at + OLDEST] === 0) turn(state, at)
        state[at + OLDEST] -= 1
      }
      const newest = state[at + NEWEST]
      state[at + values + newest] = value
      state[at + weights + newest] = weight
      state[at + NEWEST] = newest + 1
      statistic.update(state, at + HEAD, value, weight)
    },
    read(state, at) {
      const oldest = state[at + OLDEST]
      if (oldest === 0) return statistic.read(state, at + HEAD)
      const top = at + stack + (oldest - 1) * width
      for (let i = 0; i < width; i += 1) scratch[i] = state[top + i]
      merge(scratch, 0, state, at + HEAD)
      return statistic.read(scratch, 0)
    },
  } satisfies Statistic)
}
