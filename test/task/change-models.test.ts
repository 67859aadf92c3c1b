import { describe, expect, it } from 'vitest'
import { gaussianNaiveBayes, logisticRegression, oneHot, pipeline, standardScaler } from '../../src/index.ts'
import type { Learner } from '../../src/learners/learner.ts'
import type { Graph } from '../../src/stream/graph.ts'
import { decodedTopic, flights } from './flight-log.ts'
import { FlightTask, flightGraphOf } from './flight-task.ts'

const all = flights(1500, 7, 20_000)
const logistic = pipeline(oneHot(), standardScaler(), logisticRegression())
const bayes = pipeline(oneHot(), standardScaler(), gaussianNaiveBayes())
const plainBayes = pipeline(oneHot(), gaussianNaiveBayes())
const scaledBayes = pipeline(standardScaler(), oneHot(), gaussianNaiveBayes())
const retrain = { every: '2h', from: { latest: 200 } }

/** The flight-delay stream with these models; people decide who serves. */
function graphWith(model: Learner<any, any>, options: Record<string, unknown> = {}): Graph {
  return flightGraphOf(({ departures, arrivals }) => {
    const value = (arrival: any): boolean => arrival.delayMinutes > 15
    const late = departures.label(arrivals, { value, horizon: '36h', never: 'drop' })
    const rows = departures.featurize({ origin: 'origin', distance: 'distance' })
    return rows.predict(late, { model, gate: { promote: 'manual' }, ...options } as never)
  })
}

/** A log on which a version is promoted at each start with code `promoting`, and what is scored as served at those with `watched`. */
async function worldOf(version: () => string) {
  const world = await FlightTask.of(all)
  const scored: { readonly sequence: number; readonly loss: number; readonly isLate: boolean }[] = []
  const start = world.start.bind(world)
  world.start = async (graph, code, options) => {
    const task = await start(graph, code, options)
    const { learning } = task.recovered.state
    if (code === 'promoting')
      task.decide({ kind: 'command', command: 'promote', id: 'one', version: version(), reason: 'best', offset: -1 })
    if (code === 'watched')
      learning.observer = (values, at, layout, label) => {
        const [sequence, slot] = [values[at + layout.sequence], values[at + layout.servedBy]]
        const served = values[at + layout.served]
        if (slot >= 0) expect(values[at + layout.slots + slot * layout.kept]).toBe(served) // no other place lies there
        scored.push({ sequence, loss: learning.evaluation.servedLoss, isLate: label === 1 })
      }
    return task
  }
  return { world, scored }
}

/** Every outcome is scored by the prediction that was put out. */
async function expectScoredAsServed({ world, scored }: Awaited<ReturnType<typeof worldOf>>): Promise<void> {
  const predictions = await decodedTopic(world.log, 'flight-delay.predictions', 'prediction')
  const served = new Map(predictions.map(({ sequence, prediction }) => [Number(sequence), Number(prediction)]))
  expect(scored.length).toBeGreaterThan(100)
  for (const { sequence, loss, isLate } of scored) {
    const late = served.get(sequence) as number
    const miss = isLate ? 1 - late : late
    const expected = late * (1 - late) // of the squared miss, by the prediction itself
    expect(loss).toBeCloseTo((miss * miss - expected + 1) / 2, 12)
  }
}

describe('a stream whose models change', () => {
  it('scores what a challenger served that it has no more', async () => {
    const watched = await worldOf(() => 'v0.0-c3')
    const { world } = watched
    const one = await world.run(
      graphWith(logistic, { challengers: [bayes, plainBayes, scaledBayes] }),
      'promoting',
      700,
    )
    expect(one.recovered.state.learning.models.champion).toBe(3)
    expect(one.recovered.state.learning.pending.count).toBeGreaterThan(20)
    await world.run(graphWith(scaledBayes), 'watched', 600)
    await expectScoredAsServed(watched)
  })

  it('keeps a retrained champion when it retrains no more, and when it does again', async () => {
    let trial = ''
    const watched = await worldOf(() => trial)
    const { world } = watched
    const one = await world.run(graphWith(logistic, { retrain }), 'one', 1300)
    trial = one.recovered.state.learning.models.slots.find((slot) => slot?.role === 'trial')?.version as string
    expect(trial).toBeTruthy()
    await world.run(graphWith(logistic, { retrain }), 'promoting', 60)
    const without = (await world.run(graphWith(logistic), 'watched', 400)).recovered.state.learning
    expect(without.models.serving.version).toBe(trial)
    const again = (await world.run(graphWith(logistic, { retrain }), 'watched', 300)).recovered.state.learning
    expect(again.models.serving.version).toBe(trial)
    expect(again.models.slots.length).toBe(without.models.slots.length)
    await expectScoredAsServed(watched)
  })
})
