import { describe, expect, it } from 'vitest'
import { inlineTrainer } from '../../src/lifecycle/inline-trainer.ts'
import type { RetrainJob } from '../../src/operators/retrain-requests.ts'
import { SeededRandom } from '../../src/stats/seeded-random.ts'
import type { RetrainOptions } from '../../src/stream/events.ts'
import { onDrift, raceGraph, steps, trainingRun, turningVisits } from './race-stream.ts'
import { Run } from './run-graph.ts'
import { differingRegions, restored } from './state-bytes.ts'

// A drift, a job, a trial, a swap, another drift and job; and commands between.
const TURNS = [8000, 14_400]
const ROWS = 24_000
const visits = turningVisits(ROWS, TURNS)
const graph = raceGraph({ retrain: onDrift, hasChallenger: true })

/** Something that is done to the models before a row. */
type Deed = (run: Run) => void

/** A job's result enters where a journal would say, long after it was ready; a command asks for another. */
const deeds = new Map<number, Deed>([
  [13_300, train],
  [18_000, (run) => apply(run, (race, nowMs, at) => race.request('please', 'me', 9000, nowMs, at))],
  [18_900, train],
  [20_000, (run) => apply(run, (race, nowMs, at) => race.promote('v0.0-c1', 'to try', 'me', nowMs, at))],
  [20_500, (run) => apply(run, (race, nowMs, at) => race.rollBack('enough', 'me', nowMs, at))],
  [22_000, train],
])

function apply(run: Run, what: Parameters<Run['state']['decide']>[0]): void {
  run.models.push(...run.state.decide(what).models)
}

function train(run: Run): void {
  const ready = run.state.race.readyJob
  if (ready === undefined) return
  const result = inlineTrainer(run.state)(ready.job, ready.rows)
  apply(run, (race, nowMs, predicted) => race.trained(result, nowMs, predicted))
}

/** Takes rows `from` to `to` - 1 in micro-batches of these sizes; deeds fall between rows. */
function take(run: Run, from: number, to: number, sizes: readonly number[]): Run {
  for (let i = 0; from < to; i++) {
    deeds.get(from)?.(run)
    const next = [...deeds.keys()].find((row) => row > from) ?? to
    const end = Math.min(to, next, from + sizes[i % sizes.length])
    run.take(visits.slice(from, end))
    from = end
  }
  return run
}

describe('the race', () => {
  const whole = take(new Run(graph), 0, ROWS, [500])

  it('goes through all of it', () => {
    expect(steps(whole.models)).toMatchInlineSnapshot(`
      [
        "requested v0.0",
        "trained v0.1",
        "challenger v0.1",
        "promoted v0.1",
        "requested v0.1",
        "requested v0.1",
        "trained v0.3",
        "challenger v0.3",
        "promoted v0.0-c1",
        "retired v0.0",
        "rolled_back v0.1",
      ]
    `)
  })

  it('does not show where a batch ends', () => {
    for (const sizes of [[1], [7, 64, 3], [2048]]) {
      const run = take(new Run(graph), 0, ROWS, sizes)
      expect(run.models).toEqual(whole.models)
      expect(run.predictions).toEqual(whole.predictions)
      expect(differingRegions(run.state, whole.state)).toEqual([])
    }
  })

  it('does not show where a batch ends when it trains in place', () => {
    const once = trainingRun(graph).takeCut(visits, [500])
    const other = trainingRun(graph).takeCut(visits, [1, 13, 301])
    expect(steps(once.models)).toContain('promoted v0.1')
    expect(other.models).toEqual(once.models)
    expect(differingRegions(other.state, once.state)).toEqual([])
  })

  it('saved and loaded at any moment goes on as if it had never stopped', () => {
    const random = new SeededRandom(5)
    const moments = [8300, 13_250, 13_301, 14_300, 15_000, 18_500, 20_100, 20_600, 21_000]
    for (let i = 0; i < 6; i++) moments.push(random.nextInt(ROWS))
    const seen = new Set<string>()
    const before = new Run(graph)
    let at = 0
    for (const moment of moments.sort((a, b) => a - b)) {
      take(before, at, moment, [100])
      at = moment
      const state = restored(graph, before.state)
      expect(differingRegions(state, before.state)).toEqual([])
      seen.add(situation(before))
      const resumed = take(new Run(graph, state), moment, ROWS, [500])
      expect(resumed.models).toEqual(whole.models.slice(before.models.length))
      expect(differingRegions(resumed.state, whole.state)).toEqual([])
    }
    expect([...seen]).toEqual(expect.arrayContaining(['job', 'trial', 'former', 'benched']))
  })
})

describe('a race whose models go on from the champion', () => {
  const retrain: RetrainOptions = { on: ['loss'], from: { latest: 5000, since: 'drift' } }
  const renewing = raceGraph({ retrain, gate: { minLabels: 200 }, isLinear: true })

  it('does not show where a batch ends, or that it was saved and loaded while a job was at work', () => {
    const once = trainingRun(renewing).takeCut(visits, [500])
    const trained = once.models.filter(({ kind }) => kind === 'trained')
    expect(trained.length).toBeGreaterThan(0)
    expect(trained.every(({ numbers }) => numbers.fromChampion !== undefined)).toBe(true)
    const other = trainingRun(renewing).takeCut(visits, [1, 13, 301])
    expect(other.models).toEqual(once.models)
    expect(differingRegions(other.state, once.state)).toEqual([])
    const waiting = new Run(renewing)
    let at = 0
    for (; waiting.state.race.readyJob === undefined && at < ROWS; at += 100) waiting.take(visits.slice(at, at + 100))
    const resumed = new Run(renewing, restored(renewing, waiting.state))
    for (const run of [waiting, resumed]) {
      run.take(visits.slice(at, at + 300))
      train(run)
      run.takeCut(visits.slice(at + 300), [500])
    }
    expect(steps(resumed.models)).toContain('challenger v0.1')
    expect(differingRegions(resumed.state, waiting.state)).toEqual([])
  })
})

/** What was going on. */
function situation({ state }: Run): string {
  const job: RetrainJob | undefined = state.race.readyJob?.job
  if (job !== undefined) return 'job'
  for (const role of ['benched', 'trial', 'former'] as const) if (state.models.withRole(role) >= 0) return role
  return 'nothing'
}
