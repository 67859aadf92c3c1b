import { defineStream, priorClass, type Events, type Schemas } from 'millrace'
import { describe, expect, it } from 'vitest'
import { buildGraph } from '../../src/stream/build-graph.ts'
import type { Graph } from '../../src/stream/graph.ts'
import { Run, runGraph } from './run-graph.ts'
import { outcome, visit, visitInputs, visitSchemas } from './visits.ts'

type Visit = Schemas['visit.avsc']

/** Rows of amount and shop, of visits after these checks. */
function checked(check: (visits: Events<Visit>) => Events<any>): Graph {
  const stream = defineStream({
    name: 'checked',
    inputs: visitInputs,
    build: ({ visits, outcomes }) => {
      const good = check(visits) as Events<Visit>
      const sold = good.label(outcomes, { value: (one) => one.sold, horizon: '1h' })
      return good
        .featurize({ amount: 'amount', shop: 'shop', all: visits.by('kind').window('1h').count() })
        .predict(sold, { model: priorClass() })
    },
  })
  return buildGraph(stream, visitSchemas)
}

function causes(run: Run): string[] {
  return run.deadLetters.map(({ record, cause }) => `${record}: ${cause}`)
}

describe('a check', () => {
  const records = [
    visit('1', 0, { amount: 5 }),
    visit('2', 1, { amount: -1 }),
    visit('3', 2, { amount: null }),
    visit('4', 3, { amount: 11 }),
    visit('5', 4, { shop: null, amount: 7 }),
    visit('6', 5, { shop: 'elsewhere', amount: 7 }),
  ]

  it("'required' makes a record without the field a dead letter", () => {
    const run = runGraph(
      checked((visits) => visits.validate({ shop: 'required', amount: 'required' })),
      records,
      [3],
    )
    expect(causes(run)).toEqual(["2: 'amount' is missing", "4: 'shop' is missing"])
    expect(run.predictions.length).toBe(4)
  })

  it('of a range makes a record outside of it a dead letter, that feeds no window either', () => {
    const run = runGraph(
      checked((visits) => visits.validate({ amount: { min: 0, max: 10 } })),
      records,
      [6],
    )
    expect(causes(run)).toEqual(["1: 'amount' is -1, below 0", "3: 'amount' is 11, above 10"])
    expect(run.waitingRows()).toEqual([
      [5, 1, 0],
      [Number.NaN, 1, 1],
      [7, 0, 2],
      [7, 2, 3],
    ])
  })

  it("'warn' lets the record pass, counts it and tells of it ever more rarely", () => {
    const many = Array.from({ length: 5 }, (_, i) => visit(`${i}`, i, { amount: -1 }))
    const run = runGraph(
      checked((visits) => visits.validate({ amount: { min: 0, onFail: 'warn' } })),
      many,
      [2],
    )
    expect(run.predictions.length).toBe(5)
    expect(run.state.count('warnings')).toBe(5)
    expect(run.signals.map(({ kind, source, detail }) => [kind, source, detail])).toEqual(
      [1, 2, 4].map((count) => ['data-quality', 'validate', `'amount' fails its check; ${count} such events so far`]),
    )
  })

  it("'impute' replaces what is wrong or missing", () => {
    const run = runGraph(
      checked((visits) =>
        visits.validate({
          amount: { min: 0, max: 10, onFail: 'impute', with: 3 },
          shop: { oneOf: ['a', 'b'], onFail: 'impute', with: 'b' },
        }),
      ),
      records,
      [4],
    )
    expect(run.waitingRows().map(([amount, shop]) => [amount, run.state.rows.category(1, shop)])).toEqual([
      [5, 'a'],
      [3, 'a'],
      [3, 'a'],
      [3, 'a'],
      [7, 'b'],
      [7, 'b'],
    ])
    expect(causes(run)).toEqual([])
  })

  it("'stop' stops the stream at the record, saying where", () => {
    const run = new Run(checked((visits) => visits.validate({ amount: { min: 0, onFail: 'stop' } })))
    expect(() => run.take(records)).toThrow(
      "stream 'checked', validate of 'amount', partition 0, offset 1: 'amount' fails the check, and onFail is 'stop'. Mend the event's producer, or choose onFail 'quarantine', then start again.",
    )
  })

  it('of a pattern or a list looks at strings', () => {
    const byPattern = runGraph(
      checked((visits) => visits.validate({ shop: { pattern: /^[a-z]$/g } })),
      records,
      [6],
    )
    expect(causes(byPattern)).toEqual(["5: 'shop' is 'elsewhere', which does not match /^[a-z]$/g"])
    const byList = runGraph(
      checked((visits) => visits.validate({ shop: { oneOf: ['a'] } })),
      records,
      [6],
    )
    expect(causes(byList)).toEqual(["5: 'shop' is 'elsewhere', not one of the 1 allowed"])
  })

  it('after another is about what that let pass, and the first cause counts', () => {
    const run = runGraph(
      checked((visits) => {
        void visits.validate({ amount: { min: 2 } })
        return visits.validate({ shop: 'required' }).where((one) => one.amount !== 5)
      }),
      [
        visit('1', 0, { shop: null, amount: 1 }),
        visit('2', 1, { amount: 1 }),
        visit('3', 2, { amount: 5 }),
        visit('4', 3, { amount: 6 }),
      ],
      [4],
    )
    expect(causes(run)).toEqual(["0: 'amount' is 1, below 2", "1: 'amount' is 1, below 2"])
    expect(run.predictions.map(([record]) => record)).toEqual([3])
  })
})

describe('what every record needs', () => {
  const graph = checked((visits) => visits)

  it('is a key and a time that can be', () => {
    const run = runGraph(graph, [
      visit('1', 0),
      { input: 'visits', record: { ...visit('1', 0).record, id: null }, arrival: 1 },
      visit('3', -2_208_988_800_001, { arrival: 2 }),
      visit('4', 86_400_003 + 1, { arrival: 3 }),
      visit('5', 86_400_003, { arrival: 3 }),
      visit('6', 1e16, { arrival: 1e16 }),
    ])
    expect(causes(run)).toEqual([
      "1: 'id' is missing",
      "2: time 'at' is missing, before 1900 or after the year 275760",
      "3: time 'at' lies further ahead of the record's arrival than maxAhead allows",
      "5: time 'at' is missing, before 1900 or after the year 275760",
    ])
  })

  it('is values of the types that its schema says, in all fields that an arrow may read', () => {
    const seen = checked((visits) => visits.where(() => true))
    const run = runGraph(seen, [
      visit('1', 0, { amount: 'many' }),
      visit('2', 1, { amount: Number.POSITIVE_INFINITY }),
      visit('3', 2, { shop: 7 }),
      visit('4', 3, { member: null }),
      visit('5', 4, { member: 1 }),
      { input: 'visits', record: { id: '6', at: 'noon', kind: 'x', member: true }, arrival: 6 },
    ])
    expect(causes(run)).toEqual([
      "0: 'amount' is a string, not a number",
      "1: 'amount' is Infinity",
      "2: 'shop' is a number, not a string",
      "3: 'member' is missing",
      "4: 'member' is a number, not a boolean",
      "5: 'at' is a string, not a timestamp",
    ])
  })
})

describe('an arrow', () => {
  it('that throws makes its record a dead letter, wherever it stands', () => {
    const boom = (one: Visit): boolean => {
      if (one.kind === 'boom') throw new Error('bad kind')
      return true
    }
    const stream = defineStream({
      name: 'arrows',
      inputs: visitInputs,
      build: ({ visits, outcomes }) => {
        const some = visits.where((one) => one.amount !== 1 || boom(one))
        const sold = some.label(outcomes, {
          value: (one) => {
            if (one.reason === 'boom') throw new Error('bad reason')
            return one.sold
          },
          horizon: '1h',
        })
        const rows = some.featurize({
          x: (one) => (one.amount === 2 ? boom(one) : true),
          y: some
            .by((one) => String(boom(one)))
            .window('1h')
            .count(),
        })
        return rows.predict(sold, { model: priorClass() })
      },
    })
    const run = runGraph(
      buildGraph(stream, visitSchemas),
      [1, 2, 3]
        .map((amount) => visit(`${amount}`, amount, { amount, kind: 'boom' }))
        .concat(outcome('3', 5, true, { reason: 'boom' })),
      [4],
    )
    expect(causes(run)).toEqual([
      "0: stream 'arrows', where((one) => one.amount !== 1 || boom(one)) threw: bad kind",
      "1: stream 'arrows', feature 'x' threw: bad kind",
      "2: stream 'arrows', by(...) threw: bad kind",
      "3: stream 'arrows', label threw: bad reason",
    ])
    expect(run.predictions).toEqual([])
  })

  it('that returns another type than at first makes its record a dead letter; NaN is missing', () => {
    const stream = defineStream({
      name: 'types',
      inputs: visitInputs,
      build: ({ visits, outcomes }) => {
        const sold = visits.label(outcomes, {
          value: (one) => (one.reason === 'seven' ? (7 as unknown as boolean) : one.sold),
          horizon: '1h',
        })
        const rows = visits.featurize({
          number: (one) => (one.kind === 'odd' ? ('odd' as unknown as number) : one.kind === 'nan' ? Number.NaN : 1),
          text: (one) => (one.kind === 'even' ? (2 as unknown as string) : 'x'),
        })
        return rows.predict(sold, { model: priorClass() })
      },
    })
    const run = runGraph(
      buildGraph(stream, visitSchemas),
      [
        visit('1', 0, { kind: 'odd' }),
        visit('2', 1, { kind: 'even' }),
        visit('3', 2, { kind: 'nan' }),
        outcome('3', 3, true, { reason: 'seven' }),
      ],
      [4],
    )
    expect(causes(run)).toEqual([
      "0: stream 'types', feature 'number' returned a string where it returned numbers before",
      "1: stream 'types', feature 'text' returned a number where it returned strings before",
      "3: stream 'types', label returned 7 where it returned a boolean before",
    ])
    expect(run.waitingRows()).toEqual([[Number.NaN, 1]])
  })

  it('can change nothing: its record is frozen', () => {
    const stream = defineStream({
      name: 'frozen',
      inputs: visitInputs,
      build: ({ visits, outcomes }) => {
        const sold = visits.label(outcomes, { value: (one) => one.sold, horizon: '1h' })
        const rows = visits.featurize({
          x: (one) => {
            if (one.kind === 'write') Object.assign(one, { amount: 3 })
            if (one.kind === 'note') Object.assign(one, { seen: true })
            return 1
          },
        })
        return rows.predict(sold, { model: priorClass() })
      },
    })
    const run = runGraph(
      buildGraph(stream, visitSchemas),
      [visit('1', 0, { kind: 'write' }), visit('2', 1, { kind: 'note' }), visit('3', 2)],
      [3],
    )
    expect(run.deadLetters.length).toBe(2)
    expect(run.predictions.length).toBe(1)
  })
})
