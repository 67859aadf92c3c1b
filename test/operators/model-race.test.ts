import { describe, expect, it } from 'vitest'
import { inlineTrainer } from '../../src/lifecycle/inline-trainer.ts'
import type { ModelEvent } from '../../src/operators/graph-output.ts'
import type { ModelRace } from '../../src/operators/model-race.ts'
import type { Retrained } from '../../src/operators/retrain-requests.ts'
import type { ModelSlot } from '../../src/operators/model-slot.ts'
import type { GateOptions } from '../../src/stream/events.ts'
import { decodeBinary, encodeBinary } from '../../src/stats/binary-format.ts'
import { DELAY, onDrift, raceGraph, roles, steps, trainingRun, turningVisits } from './race-stream.ts'
import { Run } from './run-graph.ts'
import { restored, stateBytes } from './state-bytes.ts'

const TURN = 20_000
const visits = turningVisits(140_000, [TURN])
const JOB_READY = TURN + 6000

/** A run that never trains: the job of the drift stays ready. */
function withReadyJob(gate?: GateOptions): Run {
  const run = new Run(raceGraph({ gate, retrain: onDrift, hasChallenger: true }))
  run.takeCut(visits.slice(0, JOB_READY), [500])
  expect(run.state.race.readyJob).toBeDefined()
  return run
}

/** Does something to the models; the events that gives. */
function decide(run: Run, what: (race: ModelRace, nowMs: number, predicted: number) => void): ModelEvent[] {
  return [...run.state.decide(what).models]
}

/** Ends the job at work with what its learner gives when it has learned the pinned rows, or as told. */
function end(run: Run, ended: Partial<Retrained> = { model: modelOf(run) }): ModelEvent[] {
  const job = run.state.race.readyJob?.job.id as string
  const rest = { model: undefined, blob: null, digest: null, numbers: {}, reason: '' }
  return decide(run, (race, nowMs, predicted) => race.trained({ job, ...rest, ...ended }, nowMs, predicted))
}

function modelOf(run: Run): Uint8Array {
  const { rows } = run.state.race.readyJob as { rows: Float64Array }
  const learner = run.state.models.build(0)
  for (let at = 0; at < rows.length; at += 2) learner.learn(rows, at, rows[at + 1], 1)
  return learner.save()
}

/** The number of the first prediction by each version. */
function firstBy(run: Run): Record<string, number> {
  const firsts: Record<string, number> = {}
  run.predictions.forEach(([, , , version], i) => (firsts[version] ??= i))
  return firsts
}

describe('a drift of the loss', () => {
  it('asks for a retrain at once, and pins only rows since the change once there are 5,000', () => {
    const run = new Run(raceGraph({ retrain: onDrift }))
    run.takeCut(visits.slice(0, TURN + 400), [1])
    expect(steps(run.models)).toEqual(['requested v0.0'])
    expect(run.models[0]).toMatchObject({ algorithm: 'gaussian-naive-bayes', requestedBy: null, blob: null })
    expect(run.models[0].reason).toMatch(/^the loss has drifted from 0\.\d+ to 0\.\d+$/)
    expect(run.state.race.readyJob).toBeUndefined()
    run.takeCut(visits.slice(TURN + 400, JOB_READY), [100])
    const { job, rows } = run.state.race.readyJob as NonNullable<ModelRace['readyJob']>
    expect(job.cut - job.from).toBe(5000)
    expect(job.delay).toBe(DELAY - 1) // as a label comes, before the next visit
    expect(Math.abs(job.from - TURN)).toBeLessThan(128)
    const learned = visits.slice(job.from, job.cut).map(({ record }) => record as { amount: number; member: boolean })
    expect([...rows]).toEqual(learned.flatMap(({ amount, member }) => [amount, Number(member)]))
  })

  it('asks for nothing where the stream does not say so', () => {
    const run = new Run(raceGraph({ retrain: { every: '100s', from: { latest: 20_000 } } }))
    run.takeCut(visits.slice(0, 40_000), [500])
    expect(run.signals.some(({ kind }) => kind === 'drift')).toBe(true)
    expect(run.models).toEqual([])
  })

  it('is passed over while rows are waited for or a job is at work', () => {
    const run = withReadyJob()
    const before = run.state.race.readyJob
    const evidence = { statistic: 1, threshold: 0, before: 0.1, after: 0.9, since: 50 }
    expect(decide(run, (race, nowMs, predicted) => race.drifted(evidence, nowMs, predicted))).toEqual([])
    expect(run.state.race.readyJob).toEqual(before)
  })

  it('greater than all before ends a trial that has only begun', () => {
    const run = withReadyJob()
    end(run)
    const ask = (after: number): ModelEvent[] =>
      decide(run, (race, nowMs, predicted) =>
        race.drifted({ statistic: 1, threshold: 0, before: 0.1, after, since: 5000 }, nowMs, predicted),
      )
    expect(steps(ask(0.1001))).toEqual(['requested v0.0'])
    expect(run.state.race.readyJob).toBeUndefined() // its rows are there, and it waits for room
    expect(steps(ask(0.9))).toEqual(['requested v0.0']) // takes the place of the one that waits
    expect(run.state.race.readyJob?.job).toMatchObject({ id: 'r0.3', isGreat: true })
    const events = end(run)
    expect(steps(events)).toEqual(['retired v0.1', 'trained v0.3', 'challenger v0.3'])
    expect(events[0].reason).toBe('a greater change needs its place')
  })
})

describe('a champion that knows more than the ring keeps', () => {
  const graph = raceGraph({ retrain: { on: ['loss'], from: { latest: 10_000, since: 'drift' } }, isLinear: true })

  it('is what the retrained model goes on from, as it was when the rows were pinned, after 2,000 rows', () => {
    const run = new Run(graph)
    let champion: Uint8Array | undefined
    for (let at = 0; run.state.race.readyJob === undefined && at < 30_000; at += 1) {
      run.takeCut(visits.slice(at, at + 1), [1])
      champion = run.state.models.serving.learner.save()
    }
    const { job, rows, start } = run.state.race.readyJob as NonNullable<ModelRace['readyJob']>
    expect(job.cut - job.from).toBe(2000)
    expect(rows).toHaveLength(4000)
    expect(start).toEqual(champion)
    const predicted = run.state.count('predicted')
    run.takeCut(visits.slice(predicted, predicted + 500), [100])
    expect(run.state.race.readyJob?.start).toEqual(champion) // whatever it has learned since
    const result = inlineTrainer(run.state)(job, rows)
    expect(result.numbers).toMatchObject({ rows: 2000 })
    expect(result.numbers.fromChampion).toBeDefined()
    expect(steps(end(run, result))).toEqual(['trained v0.1', 'challenger v0.1'])
  })

  it('pinned is saved with the job', () => {
    const run = new Run(graph)
    run.takeCut(visits.slice(0, TURN + 4000), [500])
    const ready = run.state.race.readyJob as NonNullable<ModelRace['readyJob']>
    expect(ready.start).toBeDefined()
    expect(restored(graph, run.state).race.readyJob).toEqual(ready)
  })

  it('is left alone while it knows less: then a model begins anew', () => {
    const run = new Run(raceGraph({ retrain: onDrift, isLinear: true })) // keeps 20,000
    run.takeCut(visits.slice(0, 8000), [500])
    decide(run, (race, nowMs, predicted) => race.request('', 'me', 6000, nowMs, predicted))
    expect(run.state.race.readyJob?.start).toBeUndefined()
    expect(run.state.race.readyJob?.job.leastRows).toBe(5000)
  })
})

describe('a schedule', () => {
  const graph = raceGraph({ retrain: { every: '30s', from: { latest: 10_000 } }, gate: { margin: 0.01 } })

  it('asks from the first label on at its distance, waits for the trial at work, and trains on the latest rows', () => {
    const run = trainingRun(graph).takeCut(turningVisits(135_000), [500])
    const times = (kind: string) => run.models.filter((event) => event.kind === kind).map(({ time }) => time)
    expect(times('requested')).toEqual([30_100, 60_100, 90_100, 120_100])
    expect(times('challenger')).toEqual([30_100, 130_100])
    const [requested, trained] = run.models
    expect(requested.reason).toBe('the schedule asks for it')
    expect(trained.numbers).toMatchObject({ rows: 10_000, validatedRows: 2000 })
    expect(trained.numbers.validationLoss).toBeLessThan(trained.numbers.priorLoss)
    const retired = run.models.find(({ kind }) => kind === 'retired')
    expect(retired).toMatchObject({ version: 'v0.1', reason: 'its trial is over' })
    expect(retired?.numbers.labels).toBeGreaterThan(90_000)
    expect(roles(run.state)).toEqual({ 'v0.0': 'champion', 'v0.4': 'trial' })
  })
})

describe('a job that has ended', () => {
  it('gives a challenger that has learned every label since the change', () => {
    const run = withReadyJob()
    const job = run.state.race.readyJob?.job as { from: number }
    const events = end(run, { model: modelOf(run), blob: 'a', digest: 'b', numbers: { rows: 5000 } })
    expect(steps(events)).toEqual(['trained v0.1', 'challenger v0.1'])
    expect(events[0]).toMatchObject({ blob: 'a', digest: 'b', parent: 'v0.0', numbers: { rows: 5000 } })
    expect(events[1].numbers.level).toBeGreaterThan(0)
    expect(roles(run.state)).toEqual({ 'v0.0': 'champion', 'v0.0-c1': 'challenger', 'v0.1': 'trial' })
    expect(run.state.race.readyJob).toBeUndefined()
    const expected = run.state.models.build(0)
    for (const { record } of visits.slice(job.from, JOB_READY - DELAY)) {
      const { amount, member } = record as { amount: number; member: boolean }
      expected.learn(Float64Array.of(amount), 0, Number(member), 1)
    }
    const { learner, born } = run.state.models.slots[run.state.models.withRole('trial')] as ModelSlot
    expect(learner.save()).toEqual(expected.save())
    expect(born).toBe(JOB_READY)
  })

  it('is scored on rows predicted after its birth only', () => {
    const run = withReadyJob({ promote: 'manual' })
    end(run)
    const slot = run.state.models.withRole('trial')
    run.takeCut(visits.slice(JOB_READY, JOB_READY + DELAY), [10])
    expect(run.state.evaluation.readSlot(slot, '').outcomes).toBe(0)
    run.takeCut(visits.slice(JOB_READY + DELAY, JOB_READY + 3 * DELAY), [10])
    expect(run.state.evaluation.readSlot(slot, '').outcomes).toBe(2 * DELAY)
    run.takeCut(visits.slice(JOB_READY + 3 * DELAY, JOB_READY + 4000), [10])
    expect(run.state.race.report(slot).labels).toBeLessThanOrEqual(4000 - DELAY)
  })

  it('without a model is told, and the next drift asks again', () => {
    const run = withReadyJob()
    expect(end(run, { reason: 'no memory' })).toMatchObject([{ kind: 'failed', version: 'v0.1', reason: 'no memory' }])
    expect(run.state.race.readyJob).toBeUndefined()
    const evidence = { statistic: 1, threshold: 0, before: 0.1, after: 0.9, since: 5000 }
    expect(steps(decide(run, (race, nowMs, predicted) => race.drifted(evidence, nowMs, predicted)))).toEqual([
      'requested v0.0',
    ])
  })

  it('with a model that predicts no finite numbers is told as failed', () => {
    const run = new Run(raceGraph({ retrain: onDrift, isLinear: true })).takeCut(visits.slice(0, 8000), [500])
    decide(run, (race, nowMs, predicted) => race.request('', 'me', 6000, nowMs, predicted))
    const { header, arrays } = decodeBinary('logistic-regression', modelOf(run))
    const state = (arrays.state as Float64Array).fill(Number.NaN)
    const events = end(run, { model: encodeBinary('logistic-regression', header, { state }) })
    expect(events).toMatchObject([{ kind: 'failed', version: 'v0.1', reason: 'its predictions are not finite' }])
    expect(roles(run.state)).toEqual({ 'v0.0': 'champion' })
  })

  it('after more labels than are kept is told as failed', () => {
    const run = withReadyJob()
    const model = modelOf(run)
    run.takeCut(visits.slice(JOB_READY, JOB_READY + 20_000), [500])
    expect(end(run, { model })).toMatchObject([
      { kind: 'failed', reason: expect.stringMatching(/^more labels have come/) },
    ])
  })

  it('that is not at work changes nothing', () => {
    const run = withReadyJob()
    expect(end(run, { job: 'r0.9', model: modelOf(run) })).toEqual([])
    expect(run.state.race.readyJob).toBeDefined()
  })
})

describe('the gate', () => {
  it('promotes a better challenger: it serves every prediction after the outcome that decided, and none before', () => {
    const run = trainingRun(raceGraph({ retrain: onDrift })).takeCut(visits.slice(0, 30_000), [1])
    expect(steps(run.models)).toEqual(['requested v0.0', 'trained v0.1', 'challenger v0.1', 'promoted v0.1'])
    const promoted = run.models[3]
    expect(promoted).toMatchObject({ parent: 'v0.0', reason: 'the challenger loses less', requestedBy: null })
    expect(promoted.numbers.lowerBound).toBeGreaterThan(0)
    expect(promoted.numbers.labels).toBeGreaterThanOrEqual(1000)
    expect(firstBy(run)).toEqual({ 'v0.0': 0, 'v0.1': promoted.time }) // a row a millisecond, and its label comes first
    expect(run.predictions.slice(promoted.time).every(([, , , version]) => version === 'v0.1')).toBe(true)
    expect(roles(run.state)).toEqual({ 'v0.0': 'former', 'v0.1': 'champion' })
  })

  it('scores a late label for the version that predicted', () => {
    const run = trainingRun(raceGraph({ retrain: onDrift })).takeCut(visits.slice(0, 30_000), [50])
    const swapped = run.models[3].time
    const { values } = run
    let correct = 0
    for (let i = 0; i < 30_000 - DELAY; i++) {
      const says = values[i] > 0.5
      if (says === (visits[i].record as { member: boolean }).member) correct++
    }
    const [served] = run.state.evaluation.read()
    expect(served.whole.values.accuracy).toBeCloseTo(correct / (30_000 - DELAY), 12)
    expect(swapped).toBeGreaterThan(TURN)
  })

  it('promotes nothing by itself where that is for people', () => {
    const run = trainingRun(raceGraph({ retrain: onDrift, gate: { promote: 'manual' } })).takeCut(
      visits.slice(0, 27_000),
      [500],
    )
    expect(steps(run.models)).toEqual(['requested v0.0', 'trained v0.1', 'challenger v0.1'])
    expect(run.state.race.report(run.state.models.withRole('trial')).promote).toBe(true)
    expect(run.state.models.serving.version).toBe('v0.0')
  })

  it('promotes nothing before the cooldown after a swap is over', () => {
    const run = trainingRun(raceGraph({ retrain: onDrift, hasChallenger: true, gate: { cooldown: 20_000 } }))
    run.takeCut(visits.slice(0, 15_000), [500])
    decide(run, (race, nowMs, predicted) => race.promote('v0.0-c1', 'to try', 'me', nowMs, predicted))
    decide(run, (race, nowMs, predicted) => race.rollBack('enough', 'me', nowMs, predicted))
    run.takeCut(visits.slice(15_000, 40_000), [500])
    const promoted = run.models.find(({ kind }) => kind === 'promoted') as ModelEvent
    expect(promoted.version).toBe('v0.1')
    expect(promoted.time - DELAY).toBeGreaterThanOrEqual(15_000 - DELAY + 20_000)
  })

  it('takes the margin as what the bound must exceed', () => {
    const run = trainingRun(raceGraph({ retrain: onDrift, gate: { margin: 5 } })).takeCut(
      visits.slice(0, 30_000),
      [500],
    )
    expect(steps(run.models)).toEqual(['requested v0.0', 'trained v0.1', 'challenger v0.1'])
  })
})

describe('the champion before', () => {
  it('is restored when it proves better, and the one that failed serves only where somebody says so', () => {
    const back = turningVisits(60_000, [TURN, 33_000])
    const graph = raceGraph({ retrain: { every: '1000s', from: { latest: 5000 } }, gate: { minLabels: 200 } })
    const run = trainingRun(graph).takeCut(back.slice(0, 25_500), [500])
    decide(run, (race, nowMs, predicted) => race.request('the concept has turned', 'me', 5000, nowMs, predicted))
    run.takeCut(back.slice(25_500, 42_000), [1])
    const rolledBack = run.models.find(({ kind }) => kind === 'rolled_back') as ModelEvent
    expect(rolledBack).toMatchObject({ version: 'v0.0', parent: 'v0.1', requestedBy: null })
    expect(rolledBack.reason).toBe('the champion before loses less again')
    expect(rolledBack.numbers.lowerBound).toBeGreaterThan(0)
    expect(rolledBack.time).toBeGreaterThan(33_000)
    expect(run.predictions[rolledBack.time - 1][3]).toBe('v0.1')
    expect(new Set(run.predictions.slice(rolledBack.time).map(([, , , version]) => version))).toEqual(new Set(['v0.0']))
    expect(roles(run.state)).toEqual({ 'v0.0': 'champion', 'v0.1': 'benched' })
    run.takeCut(back.slice(42_000), [500])
    expect(run.models.filter(({ kind }) => kind === 'promoted')).toHaveLength(1)
    const again = decide(run, (race, nowMs, predicted) => race.promote('v0.1', 'all the same', 'me', nowMs, predicted))
    expect(again).toMatchObject([{ kind: 'promoted', version: 'v0.1', requestedBy: 'me' }])
  })

  it('is let go after 100,000 predictions', () => {
    const run = trainingRun(raceGraph({ retrain: onDrift })).takeCut(visits, [500])
    const promoted = run.models.find(({ kind }) => kind === 'promoted') as ModelEvent
    const retired = run.models.find(({ kind, version }) => kind === 'retired' && version === 'v0.0') as ModelEvent
    expect(retired.reason).toBe('its probation is over')
    expect(retired.time - promoted.time).toBe(100_000)
    expect(run.state.race.former).toBe(-1)
  })

  it('is let go when another is promoted, but those that the stream names stay as challengers', () => {
    const run = trainingRun(raceGraph({ retrain: onDrift, hasChallenger: true }))
    run.takeCut(turningVisits(80_000, [TURN, 45_000]), [500])
    expect(steps(run.models.filter(({ kind }) => kind === 'promoted' || kind === 'retired'))).toEqual([
      'promoted v0.1',
      'promoted v0.2',
      'retired v0.0',
    ])
    expect(roles(run.state)).toEqual({ 'v0.0-c1': 'challenger', 'v0.1': 'former', 'v0.2': 'champion' })
    decide(run, (race, nowMs, predicted) => race.promote('v0.0-c1', '', 'me', nowMs, predicted))
    expect(roles(run.state)).toEqual({ 'v0.0-c1': 'champion', 'v0.2': 'former' })
    decide(run, (race, nowMs, predicted) => race.promote('v0.2', '', 'me', nowMs, predicted))
    expect(roles(run.state)).toEqual({ 'v0.0-c1': 'former', 'v0.2': 'champion' })
  })

  it('without retraining stays a challenger for good', () => {
    const run = new Run(raceGraph({ hasChallenger: true })).takeCut(visits.slice(0, 1000), [500])
    decide(run, (race, nowMs, predicted) => race.promote('v0.0-c1', '', 'me', nowMs, predicted))
    expect(roles(run.state)).toEqual({ 'v0.0': 'former', 'v0.0-c1': 'champion' })
    run.takeCut(visits.slice(1000, 10_000), [500])
    const back = run.models.at(-1) as ModelEvent
    expect(back).toMatchObject({ kind: 'rolled_back', version: 'v0.0' }) // the prior is worse
    expect(roles(run.state)).toEqual({ 'v0.0': 'champion', 'v0.0-c1': 'benched' })
  })
})

describe('a command', () => {
  it('promotes a version from the next prediction on, and names who asked', () => {
    const run = withReadyJob()
    const events = decide(run, (race, nowMs, predicted) => {
      expect(race.promote('v0.0-c1', 'we want it', 'c-17', nowMs, predicted)).toBe(true)
    })
    expect(events).toMatchObject([
      { kind: 'promoted', version: 'v0.0-c1', parent: 'v0.0', reason: 'we want it', requestedBy: 'c-17', numbers: {} },
    ])
    run.takeCut(visits.slice(JOB_READY, JOB_READY + 2), [1])
    expect(firstBy(run)['v0.0-c1']).toBe(JOB_READY)
  })

  it('that swaps leaves the detector of the loss as it is, for each prediction is watched against its own expectation', () => {
    const run = withReadyJob()
    const detector = (): Uint8Array | undefined => stateBytes(run.state.parts()).get('drift.loss / detector')
    const before = detector()
    decide(run, (race, nowMs, predicted) => race.promote('v0.0-c1', '', 'me', nowMs, predicted))
    expect(before).toBeDefined()
    expect(detector()).toEqual(before)
  })

  it('that names no version, or the champion, changes nothing', () => {
    const run = withReadyJob()
    const events = decide(run, (race, nowMs, predicted) => {
      expect(race.promote('v0.77', '', 'me', nowMs, predicted)).toBe(false)
      expect(race.promote('v0.0', '', 'me', nowMs, predicted)).toBe(true)
      expect(race.rollBack('', 'me', nowMs, predicted)).toBe(false)
    })
    expect(events).toEqual([])
  })

  it('rolls back once: there is no champion before the one before', () => {
    const run = withReadyJob()
    decide(run, (race, nowMs, predicted) => race.promote('v0.0-c1', '', 'me', nowMs, predicted))
    const events = decide(run, (race, nowMs, predicted) => {
      expect(race.rollBack('no good', 'c-18', nowMs, predicted)).toBe(true)
      expect(race.rollBack('again', 'c-19', nowMs, predicted)).toBe(false)
    })
    expect(events).toMatchObject([{ kind: 'rolled_back', version: 'v0.0', parent: 'v0.0-c1', requestedBy: 'c-18' }])
    expect(roles(run.state)).toEqual({ 'v0.0': 'champion', 'v0.0-c1': 'benched' })
  })

  it('asks for a retrain on the latest rows at once, and ends a trial', () => {
    const run = new Run(raceGraph({ retrain: onDrift }))
    run.takeCut(visits.slice(0, 18_000), [500])
    const ask = (): ModelEvent[] =>
      decide(run, (race, nowMs, predicted) => race.request('please', 'c-1', Number.POSITIVE_INFINITY, nowMs, predicted))
    expect(ask()).toMatchObject([
      { kind: 'requested', requestedBy: 'c-1', reason: 'please', numbers: { rows: 17_900 } },
    ])
    expect(ask()).toEqual([])
    decide(run, (race, nowMs, predicted) => expect(race.request('', 'c-2', 9, nowMs, predicted)).toBe(false)) // one is at work
    expect(steps(end(run))).toEqual(['trained v0.1', 'challenger v0.1'])
    ask()
    const events = end(run)
    expect(events).toMatchObject([
      { kind: 'retired', reason: 'somebody asked for another' },
      { requestedBy: 'c-1' },
      {},
    ])
  })
})
