import * as fc from 'fast-check'
import type { TimedStatisticCase } from './timed-statistic-oracles.ts'

interface Timed {
  readonly values: number[]
  readonly times: number[]
}

const HALF_LIFE_MS = 60_000

function hold(condition: boolean, what: string): asserts condition {
  if (!condition) throw new Error(what)
}

/** Values at irregular times, some equal, some out of order, some after a pause of many half-lives. */
function anyTimed({ largest }: TimedStatisticCase): fc.Arbitrary<Timed> {
  const value = fc.oneof(
    fc.constantFrom(0, 1),
    fc.double({ min: -10, max: 10, noNaN: true }),
    fc.integer({ min: 0, max: 9 }).map((x) => 1e9 + x / 8),
    fc.constantFrom(largest, -largest, 1e-100),
  )
  const step = fc.oneof(fc.constantFrom(0, 1, 60_000), fc.integer({ min: -90_000, max: 200_000 }), fc.constant(5e6))
  return fc.array(fc.tuple(value, step), { maxLength: 40 }).map((pairs) => {
    let time = 1.7e12
    return { values: pairs.map(([v]) => v), times: pairs.map(([, s]) => (time += s)) }
  })
}

function weightsOf(times: readonly number[]): number[] {
  const latest = Math.max(...times)
  return times.map((time) => 2 ** (-(latest - time) / HALF_LIFE_MS))
}

function feed({ statistic }: TimedStatisticCase, state: Float64Array, at: number, { values, times }: Timed): void {
  for (let i = 0; i < values.length; i += 1) statistic.update(state, at, values[i], times[i], HALF_LIFE_MS)
}

function judge(subject: TimedStatisticCase, state: Float64Array, at: number, { values, times }: Timed): void {
  const read = subject.statistic.read(state, at)
  if (values.length === 0) {
    hold(Number.isNaN(read), `read ${read} of nothing`)
    return
  }
  const weights = weightsOf(times)
  const exact = subject.exact(values, weights)
  const allowed = subject.bound(values, weights)
  hold(Math.abs(read - exact) <= allowed, `read ${read}, expected ${exact} within ${allowed}`)
}

function forAll<T>(arbitrary: fc.Arbitrary<T>, check: (value: T) => void): void {
  fc.assert(fc.property(arbitrary, check), { seed: 20_261, numRuns: 200 })
}

function fresh({ statistic }: TimedStatisticCase, at: number): Float64Array {
  const state = new Float64Array(statistic.width + 2 * at).fill(77)
  statistic.reset(state, at)
  return state
}

const same = (a: Float64Array, b: Float64Array): boolean =>
  Buffer.compare(Buffer.from(a.buffer), Buffer.from(b.buffer)) === 0

/** The contract of timed statistics, check by check. */
export const timedStatisticChecks: Readonly<Record<string, (subject: TimedStatisticCase) => void>> = {
  'equals its batch formula at every step, late values included': (subject) => {
    forAll(anyTimed(subject), ({ values, times }) => {
      const state = fresh(subject, 2)
      judge(subject, state, 2, { values: [], times: [] })
      for (let i = 0; i < values.length; i += 1) {
        subject.statistic.update(state, 2, values[i], times[i], HALF_LIFE_MS)
        judge(subject, state, 2, { values: values.slice(0, i + 1), times: times.slice(0, i + 1) })
      }
    })
  },

  'resets, copies and reads by its doubles alone': (subject) => {
    forAll(fc.tuple(anyTimed(subject), anyTimed(subject)), ([first, second]) => {
      const state = fresh(subject, 2)
      feed(subject, state, 2, first)
      const copy = state.slice()
      const read = subject.statistic.read(state, 2)
      hold(Object.is(subject.statistic.read(state, 2), read) && same(state, copy), 'read changed the state')
      feed(subject, state, 2, second)
      feed(subject, fresh(subject, 1), 1, second)
      feed(subject, copy, 2, second)
      hold(same(state, copy), 'a copy of the doubles goes on differently')
      hold(state[1] === 77 && state[state.length - 2] === 77, 'update wrote outside its doubles')
      subject.statistic.reset(state, 2)
      hold(same(state, fresh(subject, 2)), 'reset leaves state behind')
    })
  },

  'does not depend on when time begins': (subject) => {
    const early: Timed = { values: [1, 2, 4, 8], times: [0, 1000, 500, 90_000] }
    const late: Timed = { values: early.values, times: early.times.map((time) => time + 1.7e12) }
    const reads = [early, late].map((timed) => {
      const state = fresh(subject, 0)
      feed(subject, state, 0, timed)
      return subject.statistic.read(state, 0)
    })
    hold(reads[0] === reads[1], `reads ${reads[0]} and ${reads[1]}`)
  },
}
