import { expect, test } from 'vitest'
import { Cohorts } from '../../src/evaluate/cohorts.ts'
import type { CohortsOptions } from '../../src/evaluate/cohorts-options.ts'
import { Pages } from '../../src/stats/pages.ts'
import { SeededRandom } from '../../src/stats/seeded-random.ts'
import { outcomesOf } from '../contracts/metric-suite.ts'
import { SnapshotShadow, stateBytes } from '../contracts/snapshot-shadow.ts'

const options: CohortsOptions = { problem: 'binary', classes: 2, models: 2, minSize: 100, maxOpen: 4 }
const outcomes = [outcomesOf('binary', 5000, 1), outcomesOf('binary', 5000, 2)]

interface Step {
  readonly at: number
  readonly row: number
  readonly kind: 'predicted' | 'resolved' | 'expired'
}

/** Predictions in order, the label of each a while later; every 400th never comes, and expires. */
function steps(rows: number, delay: (random: SeededRandom) => number): Step[] {
  const random = new SeededRandom(3)
  const all: Step[] = []
  for (let row = 0; row < rows; row++) {
    all.push({ at: row, row, kind: 'predicted' })
    if (row % 400 === 399) all.push({ at: row + 1500.5, row, kind: 'expired' })
    else all.push({ at: row + 0.5 + delay(random), row, kind: 'resolved' })
  }
  return all.sort((a, b) => a.at - b.at || a.row - b.row)
}

const cohortOf = (row: number): number => Math.floor(row / 250)

function feed(cohorts: Cohorts, all: readonly Step[]): void {
  for (const { row, kind } of all) {
    if (kind === 'predicted') cohorts.predicted(cohortOf(row))
    else if (kind === 'expired') cohorts.expired(cohortOf(row))
    else {
      const slot = cohorts.resolved(cohortOf(row))
      if (slot < 0) continue
      for (let model = 0; model < 2; model++) {
        const { label, out, last } = outcomes[model][row]
        cohorts.update(slot, model, cohorts.set.look(label, Float64Array.from(out), 0, last, 1))
      }
    }
  }
}

/** Values of one model over the given rows, by the metrics themselves. */
function direct(cohorts: Cohorts, model: number, rows: readonly number[]): Record<string, number> {
  const pages = new Pages(new Float64Array(cohorts.set.width))
  for (const row of rows) {
    const { label, out, last } = outcomes[model][row]
    cohorts.set.update(pages, 0, label, Float64Array.from(out), 0, last, 1)
  }
  return cohorts.set.read(pages.values, 0)
}

const labelled = (from: number, to: number): number[] =>
  Array.from({ length: to - from }, (_, i) => from + i).filter((row) => row % 400 !== 399)

test('means over cohorts and pooled figures are those of the rows of mature cohorts', () => {
  const cohorts = new Cohorts(options)
  feed(
    cohorts,
    steps(5000, (random) => random.nextInt(300)),
  )
  cohorts.passed(Infinity)
  expect(cohorts.late).toBe(0)
  expect(cohorts.immature).toBe(0)
  for (const model of [0, 1]) {
    const scores = cohorts.read(model)
    const rows = labelled(0, 5000)
    const perCohort = Array.from({ length: 20 }, (_, c) => direct(cohorts, model, labelled(c * 250, (c + 1) * 250)))
    expect(scores.cohorts).toBe(20)
    expect(scores.outcomes).toBe(rows.length)
    for (const [name, value] of Object.entries(direct(cohorts, model, rows))) {
      const values = perCohort.map((one) => one[name])
      const mean = values.reduce((a, b) => a + b, 0) / 20
      const variance = values.reduce((a, b) => a + (b - mean) ** 2, 0) / 19
      expect(scores.pooled.values[name], name).toBeCloseTo(value, 10)
      expect(scores.mean.values[name], name).toBeCloseTo(mean, 10)
      expect(scores.mean.standardErrors[name], name).toBeCloseTo(Math.sqrt(variance / 20), 8)
    }
  }
})

test('a cohort counts when 99 % of it is settled and a later one has begun, not before', () => {
  const cohorts = new Cohorts(options)
  const resolve = (cohort: number, count: number): void => {
    for (let i = 0; i < count; i++) {
      const outcome = cohorts.set.look(i % 2, Float64Array.of(0.4, 0.6), 0, NaN, 1)
      cohorts.update(cohorts.resolved(cohort), 0, outcome)
    }
  }
  for (let i = 0; i < 200; i++) cohorts.predicted(7)
  resolve(7, 199)
  expect(cohorts.openCohorts()).toEqual([{ cohort: 7, predicted: 200, settled: 199, mature: false }])
  expect(cohorts.read(0).cohorts).toBe(0)
  expect(cohorts.provisional(7, 0)?.values.accuracy).toBeCloseTo(99 / 199)
  cohorts.predicted(8)
  expect(cohorts.openCohorts()[0].mature).toBe(true)
  expect(cohorts.read(0)).toMatchObject({ cohorts: 1, outcomes: 199 })
  resolve(7, 1) // the straggler still counts
  expect(cohorts.read(0)).toMatchObject({ cohorts: 1, outcomes: 200 })
  for (let i = 0; i < 199; i++) cohorts.predicted(8)
  resolve(8, 150)
  cohorts.predicted(9)
  expect(cohorts.read(0).cohorts).toBe(1)
  cohorts.passed(9)
  expect(cohorts.read(0)).toMatchObject({ cohorts: 2, outcomes: 350 })
})

test('small cohorts are pooled but are no part of the means', () => {
  const cohorts = new Cohorts({ ...options, minSize: 300 })
  feed(
    cohorts,
    steps(1000, () => 0),
  )
  cohorts.passed(Infinity)
  expect(cohorts.read(0)).toMatchObject({ cohorts: 0, outcomes: 998 })
  expect(cohorts.read(0).mean.values.accuracy).toBeNaN()
  expect(cohorts.read(0).pooled.values.accuracy).toBeGreaterThan(0)
})

test('keeps a bounded number of cohorts; what is closed immature counts nowhere, what comes later is late', () => {
  const cohorts = new Cohorts(options)
  const before = new Cohorts(options).regions()
  for (let cohort = 0; cohort < 50; cohort++) for (let i = 0; i < 10; i++) cohorts.predicted(cohort)
  expect(cohorts.openCohorts().map(({ cohort }) => cohort)).toEqual([46, 47, 48, 49])
  expect(cohorts.immature).toBe(46)
  expect(cohorts.resolved(3)).toBe(-1)
  cohorts.predicted(3)
  expect(cohorts.late).toBe(2)
  expect(cohorts.read(0)).toMatchObject({ cohorts: 0, outcomes: 0 })
  expect(Object.keys(cohorts.regions())).toEqual(Object.keys(before))
})

test('a cohort that comes a little out of order is opened in its place', () => {
  const cohorts = new Cohorts(options)
  for (const cohort of [5, 6, 5, 4, 6]) cohorts.predicted(cohort)
  expect(cohorts.openCohorts().map(({ cohort, predicted }) => [cohort, predicted])).toEqual([
    [4, 1],
    [5, 2],
    [6, 2],
  ])
})

test('goes on from the pages that said they changed as if never stopped', () => {
  const all = steps(5000, (random) => random.nextInt(600))
  const undisturbed = new Cohorts(options)
  feed(undisturbed, all)
  const shadow = new SnapshotShadow()
  let cohorts = new Cohorts(options)
  let from = 0
  for (const to of [1, 400, 2600, 2601, 5555, 7000, all.length]) {
    feed(cohorts, all.slice(from, to))
    shadow.take(cohorts)
    cohorts = shadow.restore(new Cohorts(options))
    from = to
  }
  expect(stateBytes(cohorts)).toEqual(stateBytes(undisturbed))
  expect(cohorts.read(1)).toEqual(undisturbed.read(1))
})

test('models can change places, and one can begin anew', () => {
  const cohorts = new Cohorts(options)
  const shadow = new SnapshotShadow()
  feed(
    cohorts,
    steps(3000, () => 20),
  )
  shadow.take(cohorts)
  const [zero, one] = [cohorts.read(0), cohorts.read(1)]
  cohorts.swap(0, 1)
  expect(cohorts.read(0)).toEqual(one)
  expect(cohorts.read(1)).toEqual(zero)
  cohorts.reset(0)
  expect(cohorts.read(0)).toMatchObject({ cohorts: 0, outcomes: 0 })
  expect(cohorts.read(1)).toEqual(zero)
  shadow.take(cohorts)
  expect(stateBytes(shadow.restore(new Cohorts(options)))).toEqual(stateBytes(cohorts))
})

test('hundreds of cohorts are open at once, and each label finds its own', () => {
  const days = 430
  const cohorts = new Cohorts({ problem: 'regression', classes: 0, models: 1, minSize: 2, maxOpen: 446 })
  const labels = Array.from({ length: days * 3 }, (_, i) => ({ cohort: Math.floor(i / 3) - 200, label: i % 7 }))
  for (const { cohort } of labels) cohorts.predicted(cohort)
  const random = new SeededRandom(9)
  const order = labels.map((one) => ({ one, at: random.next() })).sort((a, b) => a.at - b.at)
  for (const { one } of order) {
    const outcome = cohorts.set.look(one.label, Float64Array.of(0), 0, NaN, 1)
    cohorts.update(cohorts.resolved(one.cohort), 0, outcome)
  }
  expect([cohorts.late, cohorts.immature, cohorts.openCohorts().length]).toEqual([0, 0, days])
  for (let cohort = 0; cohort < days; cohort++) {
    const mean = labels.slice(3 * cohort, 3 * cohort + 3).reduce((sum, { label }) => sum + label, 0) / 3
    expect(cohorts.provisional(cohort - 200, 0)).toMatchObject({ outcomes: 3, values: { mae: expect.closeTo(mean) } })
  }
})
