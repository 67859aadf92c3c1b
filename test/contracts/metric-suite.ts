import { readdirSync } from 'node:fs'
import { expect } from 'vitest'
import { FadingMetric } from '../../src/evaluate/fading-metric.ts'
import type { Metric } from '../../src/evaluate/metric.ts'
import { fBeta } from '../../src/evaluate/metrics/f-beta.ts'
import { intervalScore } from '../../src/evaluate/metrics/interval-score.ts'
import { pinball } from '../../src/evaluate/metrics/pinball.ts'
import { precision } from '../../src/evaluate/metrics/precision.ts'
import { recall } from '../../src/evaluate/metrics/recall.ts'
import { RollingMetric } from '../../src/evaluate/rolling-metric.ts'
import type { Problem } from '../../src/learners/learner.ts'
import { SeededRandom } from '../../src/stats/seeded-random.ts'
import { type Outcome, references, tolerances } from './metric-references.ts'

const folder = new URL('../../src/evaluate/metrics/', import.meta.url)

/** Metrics with other options than their file's default ones. */
const variants: Metric[] = [
  ...(['macro', 'micro', 'weighted'] as const).flatMap((average) => [
    precision({ average }),
    recall({ average }),
    fBeta({ average, beta: 2 }),
  ]),
  fBeta({ beta: 0.5 }),
  pinball({ quantile: 0.9 }),
  intervalScore({ alpha: 0.5 }),
]

/** Every metric in src/evaluate/metrics, by the file it is in, and the variants. */
export async function findMetrics(): Promise<Metric[]> {
  const found: Metric[] = []
  for (const file of readdirSync(folder).sort()) {
    const name = file.replace(/\.ts$/, '')
    const exported = name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase())
    const module = (await import(new URL(file, folder).href)) as Record<string, (() => Metric) | undefined>
    const make = module[exported]
    if (make === undefined) throw new Error(`${file} exports no ${exported}`)
    const metric = make()
    expect(metric.name).toBe(name)
    found.push(metric)
  }
  return [...found, ...variants]
}

const classesOf: Record<string, number> = { binary: 2, multiclass: 4, regression: 1 }

/** Seeded outcomes of a problem, with some equal scores, some labels of 0, and of regression an interval too. */
export function outcomesOf(problem: Problem, count: number, seed: number): Outcome[] {
  const random = new SeededRandom(seed)
  const all: Outcome[] = []
  for (let i = 0; i < count; i++) {
    const last = i > 0 && random.next() > 0.05 ? all[i - 1].label : NaN
    if (problem === 'regression') {
      const drawn = 10 * random.normal()
      const label = random.next() < 0.02 ? 0 : drawn + (drawn < 0 ? -3 : 3) // none near 0, where percentages have no bound
      const value = label + random.normal()
      all.push({ label, out: [value, value - 1 - random.next(), value + 1 + random.next()], last })
    } else if (problem === 'binary') {
      const exact = random.next() ** 2
      const p = random.next() < 0.1 ? Math.round(exact * 8) / 8 : exact
      all.push({ label: Number(random.next() < 0.1 + 0.7 * exact), out: [1 - p, p], last })
    } else {
      const label = random.nextInt(4)
      const weights = [0, 1, 2, 3].map((k) => random.next() + (k === label ? 0.4 : 0))
      const total = weights.reduce((a, b) => a + b, 0)
      all.push({ label, out: weights.map((weight) => weight / total), last })
    }
  }
  return all
}

/** Each check throws when the metric breaks it. */
export const metricChecks: Record<string, (metric: Metric, problem: Problem) => void> = {
  'is plain, frozen and JSON-like'(metric) {
    expect(Object.isFrozen(metric) && Object.isFrozen(metric.parameters)).toBe(true)
    expect(JSON.parse(JSON.stringify(metric.parameters))).toEqual(metric.parameters)
    expect(['higher', 'lower']).toContain(metric.better)
  },
  'is NaN, not zero, while it has seen nothing'(metric, problem) {
    const classes = classesOf[problem]
    expect(metric.read(new Float64Array(metric.width(classes)), 0, classes)).toBeNaN()
  },
  'equals its formula over all outcomes'(metric, problem) {
    for (const seed of [1, 2, 3]) {
      const outcomes = outcomesOf(problem, 1500, seed)
      close(metric, read(metric, problem, outcomes), reference(metric, outcomes))
    }
  },
  'merges by adding'(metric, problem) {
    const outcomes = outcomesOf(problem, 800, 4)
    const left = stateOf(metric, problem, outcomes.slice(0, 300))
    const right = stateOf(metric, problem, outcomes.slice(300))
    const both = left.map((value, i) => value + right[i])
    near(metric.read(both, 0, classesOf[problem]), read(metric, problem, outcomes))
  },
  'takes a weight as repetitions'(metric, problem) {
    const outcomes = outcomesOf(problem, 400, 5)
    const repeated = outcomes.flatMap((one, i) => (i % 3 === 0 ? [one, one, one] : [one]))
    const weighted = stateOf(metric, problem, outcomes, (i) => (i % 3 === 0 ? 3 : 1))
    near(metric.read(weighted, 0, classesOf[problem]), read(metric, problem, repeated))
  },
  'does not depend on the scale of the weights'(metric, problem) {
    const outcomes = outcomesOf(problem, 400, 6)
    const state = stateOf(metric, problem, outcomes)
    near(
      metric.read(
        state.map((value) => value * 2 ** -40),
        0,
        classesOf[problem],
      ),
      read(metric, problem, outcomes),
    )
  },
  'keeps to its state and leaves it alone when read'(metric, problem) {
    const classes = classesOf[problem]
    const width = metric.width(classes)
    const state = new Float64Array(width + 14).fill(7)
    state.fill(0, 7, 7 + width)
    const other = stateOf(metric, problem, outcomesOf(problem, 50, 8))
    const out = new Float64Array(8)
    for (const outcome of outcomesOf(problem, 300, 7)) {
      out.set(outcome.out, 3)
      metric.update(state, 7, classes, outcome.label, out, 3, outcome.last, 1)
    }
    expect([...state.subarray(0, 7), ...state.subarray(7 + width)]).toEqual(new Array(14).fill(7))
    const before = state.slice()
    metric.read(state, 7, classes)
    metric.standardError?.(state, 7, classes)
    expect(state).toEqual(before)
    expect(other).toEqual(stateOf(metric, problem, outcomesOf(problem, 50, 8)))
  },
  'rolls over the latest outcomes'(metric, problem) {
    const outcomes = outcomesOf(problem, 2345, 9)
    const rolling = new RollingMetric(metric, classesOf[problem], 1000, 10)
    feed(rolling, outcomes)
    close(metric, rolling.read(), reference(metric, outcomes.slice(1300))) // 10 full panes of 100 and 45 more
    const short = new RollingMetric(metric, classesOf[problem], 5000)
    feed(short, outcomes)
    close(metric, short.read(), reference(metric, outcomes))
  },
  'fades old outcomes'(metric, problem) {
    const classes = classesOf[problem]
    const outcomes = outcomesOf(problem, 3000, 10)
    const fading = new FadingMetric(metric, classes, 0.5)
    feed(fading, outcomes)
    const state = stateOf(metric, problem, outcomes.slice(-60), (i) => 2 ** (i - 59))
    near(fading.read(), metric.read(state, 0, classes))
  },
  'knows its standard error'(metric, problem) {
    if (metric.standardError === undefined) return
    const classes = classesOf[problem]
    const values: number[] = []
    let stated = 0
    const random = new SeededRandom(11)
    const pool = outcomesOf(problem, 20_000, 12)
    for (let round = 0; round < 300; round++) {
      const sample = Array.from({ length: 400 }, () => pool[random.nextInt(pool.length)])
      const state = stateOf(metric, problem, sample)
      values.push(metric.read(state, 0, classes))
      stated += metric.standardError(state, 0, classes) / 300
    }
    const mean = values.reduce((a, b) => a + b, 0) / values.length
    const spread = Math.sqrt(values.reduce((a, b) => a + (b - mean) ** 2, 0) / (values.length - 1))
    expect(stated / spread).toBeGreaterThan(0.85)
    expect(stated / spread).toBeLessThan(1.15)
  },
}

function feed(metric: RollingMetric | FadingMetric, outcomes: readonly Outcome[]): void {
  for (const { label, out, last } of outcomes) metric.update(label, Float64Array.from(out), 0, last, 1)
}

function stateOf(
  metric: Metric,
  problem: Problem,
  outcomes: readonly Outcome[],
  weight: (i: number) => number = () => 1,
): Float64Array {
  const classes = classesOf[problem]
  const state = new Float64Array(metric.width(classes))
  outcomes.forEach(({ label, out, last }, i) => {
    metric.update(state, 0, classes, label, Float64Array.from(out), 0, last, weight(i))
  })
  return state
}

function read(metric: Metric, problem: Problem, outcomes: readonly Outcome[]): number {
  return metric.read(stateOf(metric, problem, outcomes), 0, classesOf[problem])
}

function reference(metric: Metric, outcomes: readonly Outcome[]): number {
  const formula = references[metric.name]
  if (formula === undefined) throw new Error(`${metric.name} has no formula in metric-references.ts`)
  return formula(outcomes, metric.parameters)
}

function close(metric: Metric, value: number, expected: number): void {
  const tolerance = tolerances[metric.name] ?? 1e-11 * Math.abs(expected)
  expect(Math.abs(value - expected), `${value} instead of ${expected}`).toBeLessThanOrEqual(tolerance)
}

function near(value: number, expected: number): void {
  expect(Math.abs(value - expected), `${value} instead of ${expected}`).toBeLessThanOrEqual(1e-11 * Math.abs(expected))
}
