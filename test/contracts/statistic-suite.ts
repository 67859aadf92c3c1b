import * as fc from 'fast-check'
import type { Statistic } from '../../src/stats/statistic.ts'
import { SeededRandom } from '../../src/stats/seeded-random.ts'
import type { StatisticCase } from './statistic-oracles.ts'

/** Something a statistic did that its contract forbids. */
export class ContractBroken extends Error {}

function hold(condition: boolean, what: string): asserts condition {
  if (!condition) throw new ContractBroken(what)
}

interface Weighted {
  readonly values: number[]
  readonly weights: number[]
}

const GUARD = 1234.5678 // stands on both sides of a state, and must go on standing there
const MARGIN = 3

class Guarded {
  readonly state: Float64Array
  readonly at = MARGIN
  private readonly statistic: Statistic

  constructor(statistic: Statistic) {
    this.statistic = statistic
    this.state = new Float64Array(statistic.width + 2 * MARGIN).fill(GUARD)
    statistic.reset(this.state, this.at)
  }

  update(value: number, weight: number): void {
    this.statistic.update(this.state, this.at, value, weight)
  }

  read(): number {
    return this.statistic.read(this.state, this.at)
  }

  intact(): boolean {
    for (let i = 0; i < MARGIN; i += 1) {
      if (this.state[i] !== GUARD || this.state[this.state.length - 1 - i] !== GUARD) return false
    }
    return true
  }

  copy(): Guarded {
    const copy = new Guarded(this.statistic)
    copy.state.set(this.state)
    return copy
  }

  sameBits(other: Guarded): boolean {
    return Buffer.compare(Buffer.from(this.state.buffer), Buffer.from(other.state.buffer)) === 0
  }
}

function judge(subject: StatisticCase, held: Guarded, { values, weights }: Weighted, when: string): void {
  const problem = subject.judge(held.read(), values, weights, held.state, held.at)
  hold(problem === undefined, `${subject.label} ${when}: ${problem}`)
}

function fed(subject: StatisticCase, { values, weights }: Weighted): Guarded {
  const held = new Guarded(subject.statistic)
  for (let i = 0; i < values.length; i += 1) held.update(values[i], weights[i])
  return held
}

function joined(a: Weighted, b: Weighted): Weighted {
  return { values: [...a.values, ...b.values], weights: [...a.weights, ...b.weights] }
}

/**
 * Sequences a statistic says it takes: everyday values, repeated ones, a large common offset, the extremes of its
 * range, and all at once.
 */
function anyWeighted({ largest, smallest }: StatisticCase, weights = [1, 1, 1, 2, 3, 0.5]): fc.Arbitrary<Weighted> {
  const inRange = (x: number): number => (Math.abs(x) < smallest ? 0 : Math.sign(x) * Math.min(Math.abs(x), largest))
  const everyday = fc.oneof(fc.double({ min: -10, max: 10, noNaN: true }), fc.integer({ min: -3, max: 12 }))
  const repeated = fc.integer({ min: 1, max: 9 })
  const offset = fc.integer({ min: 0, max: 9 }).map((x) => 1e9 + x / 8)
  const extreme = fc.oneof(
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.constantFrom(0, -0, largest, -largest, smallest, -smallest),
  )
  const sequence = (value: fc.Arbitrary<number>): fc.Arbitrary<[number, number][]> =>
    fc.array(fc.tuple(value.map(inRange), fc.constantFrom(...weights)), { maxLength: 60, size: 'max' })
  return fc
    .oneof(...[everyday, repeated, offset, extreme, fc.oneof(everyday, offset, extreme)].map(sequence))
    .map((list) => ({ values: list.map(([v]) => v), weights: list.map(([, w]) => w) }))
}

function forAll<T>(arbitrary: fc.Arbitrary<T>, check: (value: T) => void, runs = 100): void {
  const details = fc.check(fc.property(arbitrary, check), { seed: 20_260, numRuns: runs })
  if (!details.failed) return
  const cause = details.errorInstance
  if (cause instanceof ContractBroken) {
    throw new ContractBroken(`${cause.message}\n for ${fc.stringify(details.counterexample)}`, { cause })
  }
  throw cause
}

/** The contract of statistics, check by check: each throws when a statistic breaks it. */
export const statisticChecks: Readonly<Record<string, (subject: StatisticCase) => void>> = {
  'is a frozen description': ({ statistic }) => {
    hold(Object.isFrozen(statistic), 'not frozen')
    hold(/^[a-z]+(-[a-z]+)*$/.test(statistic.name), `the name ${statistic.name} is not kebab-case`)
    hold(Number.isInteger(statistic.width) && statistic.width > 0, `the width is ${statistic.width}`)
    hold(statistic.error.length > 0, 'no error bound is stated')
  },

  'equals its batch formula at every step': (subject) => {
    forAll(anyWeighted(subject), ({ values, weights }) => {
      const held = new Guarded(subject.statistic)
      judge(subject, held, { values: [], weights: [] }, 'of nothing')
      for (let i = 0; i < values.length; i += 1) {
        held.update(values[i], weights[i])
        judge(subject, held, { values: values.slice(0, i + 1), weights: weights.slice(0, i + 1) }, `after value ${i}`)
      }
    })
  },

  'keeps its bound on long streams': (subject) => {
    for (const [name, draw] of Object.entries(streams)) {
      const random = new SeededRandom(5)
      const held = new Guarded(subject.statistic)
      const seen: Weighted = { values: [], weights: [] }
      for (let i = 1; i <= 12_000; i += 1) {
        const value = Math.min(subject.largest, draw(random, i))
        held.update(value, 1)
        seen.values.push(value)
        seen.weights.push(1)
        if (i === 500 || i === 12_000) judge(subject, held, seen, `after ${i} values of the ${name} stream`)
      }
    }
  },

  'takes constant, huge and tiny values': (subject) => {
    const { largest, smallest } = subject
    for (const constant of [0, 1 / 3, -7e7, largest, -largest, smallest].filter((x) => Math.abs(x) <= largest)) {
      const seen = {
        values: Array.from({ length: 200 }, () => constant),
        weights: Array.from({ length: 200 }, () => 1),
      }
      judge(subject, fed(subject, seen), seen, `of ${constant} only`)
    }
    const values = [largest, -largest, smallest, largest / 2, 1, -smallest, 0].map((x) =>
      Math.abs(x) < smallest ? 0 : x,
    )
    const mixed = { values, weights: values.map(() => 1) }
    judge(subject, fed(subject, mixed), mixed, 'of huge and tiny values')
  },

  'merges as if the values had come one after the other': (subject) => {
    const { statistic } = subject
    if (statistic.merge === undefined) return
    const both = fc.tuple(anyWeighted(subject), anyWeighted(subject), anyWeighted(subject))
    forAll(both, ([first, second, later]) => {
      const held = fed(subject, first)
      const other = fed(subject, second)
      const untouched = other.copy()
      statistic.merge?.(held.state, held.at, other.state, other.at)
      hold(other.sameBits(untouched), 'merge changed the other state')
      hold(held.intact(), 'merge wrote outside its doubles')
      const seen = joined(first, second)
      judge(subject, held, seen, `merged after ${first.values.length} and ${second.values.length} values`)
      for (let i = 0; i < later.values.length; i += 1) held.update(later.values[i], later.weights[i])
      judge(subject, held, joined(seen, later), 'going on after a merge')
    })
  },

  'merges many parts in order': (subject) => {
    const { statistic } = subject
    if (statistic.merge === undefined) return
    for (const name of ['skewed', 'steady']) {
      const random = new SeededRandom(6)
      const held = new Guarded(statistic)
      let seen: Weighted = { values: [], weights: [] }
      for (let part = 0; part < 40; part += 1) {
        const values = Array.from({ length: random.nextInt(200) }, () => streams[name](random, part))
        const piece = { values, weights: values.map(() => 1 + random.nextInt(3)) }
        const other = fed(subject, piece)
        statistic.merge(held.state, held.at, other.state, other.at)
        seen = joined(seen, piece)
      }
      judge(subject, held, seen, `of 40 merged parts of the ${name} stream`)
    }
  },

  'takes a weight as repetitions': (subject) => {
    if (!subject.repetitions) return
    forAll(anyWeighted(subject, [1, 2, 3, 5]), (seen) => {
      const held = new Guarded(subject.statistic)
      seen.values.forEach((value, i) => {
        for (let k = 0; k < seen.weights[i]; k += 1) held.update(value, 1)
      })
      judge(subject, held, seen, 'of repeated values')
    })
  },

  'resets to the state of nothing': (subject) => {
    forAll(anyWeighted(subject), (seen) => {
      const held = fed(subject, seen)
      subject.statistic.reset(held.state, held.at)
      hold(held.intact(), 'reset wrote outside its doubles')
      hold(held.sameBits(new Guarded(subject.statistic)), 'reset leaves state behind')
      judge(subject, held, { values: [], weights: [] }, 'after reset')
    })
  },

  'has all its state in its doubles': (subject) => {
    forAll(fc.tuple(anyWeighted(subject), anyWeighted(subject)), ([first, second]) => {
      const held = fed(subject, first)
      const copy = held.copy()
      const stranger = new Guarded(subject.statistic)
      for (let i = 0; i < second.values.length; i += 1) {
        held.update(second.values[i], second.weights[i])
        stranger.update(-second.values[i], 1) // another key's values, in between
        stranger.read()
      }
      hold(held.intact(), 'update wrote outside its doubles')
      for (let i = 0; i < second.values.length; i += 1) copy.update(second.values[i], second.weights[i])
      hold(copy.sameBits(held), 'a copy of the doubles goes on differently')
      hold(Object.is(copy.read(), held.read()), 'a copy of the doubles reads differently')
    })
  },

  'reads without changing anything': (subject) => {
    forAll(anyWeighted(subject), (seen) => {
      const held = fed(subject, seen)
      const before = held.copy()
      const first = held.read()
      hold(Object.is(held.read(), first), 'reading twice gives two values')
      hold(held.sameBits(before), 'read changed the state')
    })
  },
}

const streams: Readonly<Record<string, (random: SeededRandom, i: number) => number>> = {
  steady: (random) => 50 + random.normal(),
  skewed: (random) => 0.01 + Math.floor(100 * random.next() ** 4),
  codes: (random) => random.nextInt(1 + random.nextInt(40)) + 1,
  rising: (_, i) => 1 + i / 200,
}
