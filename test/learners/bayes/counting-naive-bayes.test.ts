import {
  bernoulliNaiveBayes,
  categoricalNaiveBayes,
  complementNaiveBayes,
  defineStream,
  hourOfDay,
  multinomialNaiveBayes,
} from 'millrace'
import { describe, expect, it } from 'vitest'
import type { Learner } from '../../../src/learners/learner.ts'
import { SeededRandom } from '../../../src/stats/seeded-random.ts'
import { simulate } from '../../../src/testing/index.ts'
import { type RowSchema, rowSchema } from '../../../src/transforms/row-schema.ts'
import { flights } from '../../task/flight-log.ts'

const ALPHA = 0.5
const CLASSES = 3
type Labelled = { row: Float64Array; label: number }

const schema = rowSchema([
  { name: 'first', kind: 'number', size: 1 },
  { name: 'place', kind: 'category', size: 30 },
  { name: 'second', kind: 'number', size: 1 },
  { name: 'colour', kind: 'indicator', size: 5 },
])
const codes = rowSchema(schema.columns.filter(({ kind }) => kind !== 'number'))

/** A row's terms and how often each comes, by name. */
function terms({ columns }: RowSchema, row: Float64Array): Map<string, number> {
  const found = new Map<string, number>()
  for (const [j, { name, kind }] of columns.entries()) {
    if (kind !== 'number') found.set(`${name} ${row[j]}`, 1)
    else if (row[j] >= 0) found.set(name, row[j])
  }
  return found
}

const sum = (values: Iterable<number>): number => [...values].reduce((a, b) => a + b, 0)
type Joint = (columns: RowSchema, own: Labelled[], others: Labelled[], all: Labelled[], row: Float64Array) => number

/** Shares of terms among all that came in some rows. */
const shareOf = (columns: RowSchema, some: Labelled[], all: Labelled[]) => {
  const vocabulary = new Set(all.flatMap(({ row }) => [...terms(columns, row).keys()]))
  const total = sum(some.map(({ row }) => sum(terms(columns, row).values())))
  return (term: string): number => {
    const count = sum(some.map(({ row }) => terms(columns, row).get(term) ?? 0))
    return (count + ALPHA) / (total + ALPHA * vocabulary.size)
  }
}

/** Each learner as its definition has it, over kept rows: the logarithm of what a class gets. */
const definitions: Record<string, Joint> = {
  'multinomial-naive-bayes': (columns, own, _others, all, row) => {
    const share = shareOf(columns, own, all)
    return Math.log(own.length) + sum([...terms(columns, row)].map(([term, times]) => times * Math.log(share(term))))
  },
  'complement-naive-bayes': (columns, _own, others, all, row) => {
    const share = shareOf(columns, others, all)
    return -sum([...terms(columns, row)].map(([term, times]) => times * Math.log(share(term))))
  },
  'bernoulli-naive-bayes': (columns, own, _others, all, row) => {
    const facts = columns.columns.flatMap(({ name, kind }, j) => {
      if (kind === 'number') return [{ j, isTrue: (of: Float64Array) => of[j] > 2 }]
      const seen = new Set(all.map((one) => one.row[j]))
      return [...seen].map((code) => ({ j, name, isTrue: (of: Float64Array) => of[j] === code }))
    })
    const known = facts.filter(({ j }) => !Number.isNaN(row[j]))
    return sum([
      Math.log(own.length),
      ...known.map(({ j, isTrue }) => {
        const having = own.filter((one) => !Number.isNaN(one.row[j]))
        const agreeing = having.filter((one) => isTrue(one.row) === isTrue(row))
        return Math.log((agreeing.length + ALPHA) / (having.length + 2 * ALPHA))
      }),
    ])
  },
  'categorical-naive-bayes': (columns, own, _others, all, row) =>
    sum([
      Math.log(own.length),
      ...columns.columns.map((_, j) => {
        const categories = new Set(all.map((one) => one.row[j])).size + 1
        const agreeing = own.filter((one) => one.row[j] === row[j])
        return Math.log((agreeing.length + ALPHA) / (own.length + ALPHA * categories))
      }),
    ]),
}

function expectedOf(joint: Joint, columns: RowSchema, all: Labelled[], row: Float64Array): number[] {
  const logs = Array.from({ length: CLASSES }, (_, c) => {
    const own = all.filter(({ label }) => label === c)
    const others = all.filter(({ label }) => label !== c)
    return own.length === 0 ? -Infinity : joint(columns, own, others, all, row)
  })
  const shares = logs.map((each) => Math.exp(each - Math.max(...logs)))
  return shares.map((share) => share / sum(shares))
}

/** Rows of counts and codes, some missing or negative, whose codes grow more as time goes on. */
function draw(random: SeededRandom, columns: RowSchema, label: number, n: number): Float64Array {
  return Float64Array.from(columns.columns, ({ kind, size }) => {
    if (kind !== 'number') return 1 + (random.nextInt(Math.min(size - 1, 2 + n / 10)) | 0)
    const u = random.next()
    return u < 0.1 ? NaN : Math.floor(6 * u + label)
  })
}

describe('naive Bayes that counts', () => {
  const learners: [Learner<any, any>, RowSchema][] = [
    [multinomialNaiveBayes({ smoothing: ALPHA }), schema],
    [complementNaiveBayes({ smoothing: ALPHA }), schema],
    [bernoulliNaiveBayes({ smoothing: ALPHA, threshold: 2 }), schema],
    [categoricalNaiveBayes({ smoothing: ALPHA }), codes],
  ]
  it.each(learners)('is its definition: $algorithm', (learner, columns) => {
    const random = new SeededRandom(7)
    const running = learner.build(columns, { problem: 'multiclass', classes: CLASSES })
    const all: Labelled[] = []
    const out = new Float64Array(CLASSES)
    for (let n = 0; n < 250; n++) {
      const label = n < 40 ? random.nextInt(2) : random.nextInt(CLASSES)
      const row = draw(random, columns, label, n)
      running.predict(row, 0, out, 0)
      const expected =
        all.length === 0 ? [1 / 3, 1 / 3, 1 / 3] : expectedOf(definitions[learner.algorithm], columns, all, row)
      for (let c = 0; c < CLASSES; c++) expect(Math.abs(out[c] - expected[c])).toBeLessThan(1e-12)
      running.learn(row, 0, label, 1)
      all.push({ row, label })
    }
    expect(
      new Set(all.map(({ row }) => row[columns.columns.findIndex(({ kind }) => kind !== 'number')])).size,
    ).toBeGreaterThan(15)
  })

  it('a negative count is as if it were missing', () => {
    const [one, other] = [multinomialNaiveBayes(), multinomialNaiveBayes()].map((learner) =>
      learner.build(schema, { problem: 'binary', classes: 2 }),
    )
    for (let n = 0; n < 20; n++) {
      one.learn(Float64Array.of(-n - 1, 3, n, 1), 0, n % 2, 1)
      other.learn(Float64Array.of(NaN, 3, n, 1), 0, n % 2, 1)
    }
    expect(one.save()).toEqual(other.save())
  })

  it('the class of few rows is no worse off with complement naive Bayes', () => {
    const words = rowSchema(['ball', 'vote', 'the'].map((name) => ({ name, kind: 'number', size: 1 }) as const))
    const [plain, complement] = [multinomialNaiveBayes(), complementNaiveBayes()].map((learner) =>
      learner.build(words, { problem: 'binary', classes: 2 }),
    )
    for (const running of [plain, complement]) {
      for (let n = 0; n < 200; n++) running.learn(Float64Array.of(2, 1, 5), 0, 0, 1)
      for (let n = 0; n < 2; n++) running.learn(Float64Array.of(1, 2, 5), 0, 1, 1)
    }
    const out = new Float64Array(4)
    plain.predict(Float64Array.of(0, 2, 1), 0, out, 0)
    complement.predict(Float64Array.of(0, 2, 1), 0, out, 2)
    expect(out[1]).toBeLessThan(0.1)
    expect(out[3]).toBeGreaterThan(0.5)
  })

  it('categorical naive Bayes refuses a number and says what to do', () => {
    expect(() => categoricalNaiveBayes().build(schema, { problem: 'binary', classes: 2 })).toThrow(
      expect.objectContaining({
        code: 'MILLRACE_LEARNER_SCHEMA',
        message: expect.stringMatching(/column 'first'.*gaussianNaiveBayes/),
      }),
    )
  })
})

const byCategory = defineStream({
  name: 'by-category',
  inputs: {
    departures: { topic: 'flights.departures', schema: 'departure.avsc', key: 'flightId', time: 'departedAt' },
    arrivals: { topic: 'flights.arrivals', schema: 'arrival.avsc', key: 'flightId', time: 'landedAt' },
  },
  build: ({ departures, arrivals }) => {
    const late = departures.label(arrivals, { value: (arrival) => arrival.delayMinutes > 15, horizon: '36h' })
    const rows = departures.featurize({
      hour: (flight) => String(hourOfDay(flight.departedAt)),
      origin: 'origin',
      destination: 'destination',
    })
    return rows.predict(late, {
      model: categoricalNaiveBayes(),
      challengers: [bernoulliNaiveBayes(), multinomialNaiveBayes(), complementNaiveBayes()],
    })
  },
})

it('a stream learns with each of them, and with crashes gives the same bits', async () => {
  const all = flights(400, 1, 60_000)
  const records = {
    departures: all.map(({ flightId, departedAt, distance, origin, destination }) => ({
      flightId,
      departedAt,
      distance,
      origin: origin as string | null,
      destination,
    })),
    arrivals: all.map(({ flightId, landedAt, delayMinutes }) => ({ flightId, landedAt, delayMinutes })),
  }
  const expected = await simulate(byCategory, records)
  expect(new Set(expected.predictions.map(({ prediction }) => prediction)).size).toBeGreaterThan(100)
  const crashed = await simulate(byCategory, records, { crashAfter: [2, 5], seed: 3 })
  expect(crashed.predictions).toEqual(expected.predictions)
  expect(crashed.state.parts).toEqual(expected.state.parts)
})
