import { describe, expect, it } from 'vitest'
import { gaussianNaiveBayes, logisticRegression, oneHot, pipeline, standardScaler } from '../../src/index.ts'
import type { Learner } from '../../src/learners/learner.ts'
import type { Graph } from '../../src/stream/graph.ts'
import { decodedTopic, flights } from './flight-log.ts'
import { FlightTask, flightGraphOf } from './flight-task.ts'

const all = flights(900, 7, 20_000)
const logistic = pipeline(oneHot(), standardScaler(), logisticRegression())
const bayes = pipeline(oneHot(), standardScaler(), gaussianNaiveBayes())

/** Flights with features by name, of those below; the models are always the same. */
function graphWith(features: readonly string[], challenger: Learner<any, any> = bayes): Graph {
  return flightGraphOf(({ departures, arrivals }) => {
    const value = (arrival: any): boolean => arrival.delayMinutes > 15
    const late = departures.label(arrivals, { value, horizon: '36h', never: 'drop' })
    const possible: Record<string, unknown> = {
      origin: 'origin',
      destination: 'destination',
      distance: 'distance',
      landingsNow: departures.by('destination').window('1h').count(),
      originLateRate: late.by('origin').ewMean('2h'),
    }
    const rows = departures.featurize(Object.fromEntries(features.map((name) => [name, possible[name]])))
    return rows.predict(late, {
      model: logistic,
      challengers: [challenger],
      retrain: { every: '2h', from: { latest: 400 } },
      gate: { promote: 'manual' },
    } as never)
  })
}

const few = ['origin', 'distance', 'originLateRate']
const more = ['origin', 'destination', 'landingsNow', 'distance', 'originLateRate']

interface Change {
  readonly kept: readonly string[]
  readonly reset: readonly string[]
  readonly carried: Readonly<Record<string, string>>
}

function changeOf(task: Awaited<ReturnType<FlightTask['run']>>): Change {
  return task.recovered.first.decisions.find(({ kind }) => kind === 'change') as unknown as Change
}

describe('a stream that gains features', () => {
  it('keeps its models: they predict as before until they learn of the new columns', async () => {
    const world = await FlightTask.of(all)
    const undisturbed = await FlightTask.of(all)
    await undisturbed.run(graphWith(few), 'one', 1800)
    const first = (await world.run(graphWith(few), 'one', 700)).recovered.state.learning
    const predicted = first.count('predicted')
    expect(first.count('learned')).toBeGreaterThan(100)
    const task = await world.run(graphWith(more), 'two', 1800 - predicted - first.count('learned'))
    const { kept, carried } = changeOf(task)
    const added = '+destination, +landingsNow'
    expect(carried).toEqual({ models: added, 'race.requests': added, 'race.ring': added })
    expect(kept).toEqual(expect.arrayContaining(['models', 'race.ring', 'race', 'metrics.scoreboard', 'label.pending']))

    const predictions = await bySequence(world)
    const others = await bySequence(undisturbed)
    expect(predictions.length).toBe(900)
    const next = others[predicted]
    expect(predictions[predicted]).toMatchObject({ id: next.id, prediction: next.prediction })
    const differing = predictions.filter(({ prediction }, i) => prediction !== others[i].prediction)
    expect(differing.length).toBeGreaterThan(100) // of those the new columns say something
    const versions = predictions.map(({ modelVersion }) => modelVersion)
    expect(new Set(versions.slice(0, predicted))).toEqual(new Set(['v0.0']))
    expect(new Set(versions.slice(predicted))).toEqual(new Set([`v0.0.${predicted}`]))
  })

  it('tells what became of each model, and trains from the rows of before', async () => {
    const world = await FlightTask.of(all)
    const first = (await world.run(graphWith(few), 'one', 900)).recovered.state.learning
    const [predicted, learned] = [first.count('predicted'), first.count('learned')]
    const task = await world.run(graphWith(more), 'two', 1800 - predicted - learned)
    const events = await decodedTopic(world.log, 'flight-delay.models', 'model-event')
    expect(events.filter(({ kind }) => kind === 'carried')).toMatchObject([
      { modelVersion: `v0.0.${predicted}`, parent: 'v0.0', reason: 'the columns changed: +destination, +landingsNow' },
      { modelVersion: `v0.0-c1.${predicted}`, parent: 'v0.0-c1' },
    ])
    const trained = events.filter(({ kind }) => kind === 'trained')
    const after = trained.find(({ parent }) => parent === `v0.0.${predicted}`) as { numbers: { rows: number } }
    expect(after.numbers.rows).toBe(400) // fewer labels than that have come since
    const { race, models } = task.recovered.state.learning
    expect(race.ring?.taken).toBe(900)
    expect(models.slots.every((slot) => slot === undefined || !slot.version.startsWith('v0.9'))).toBe(true)
  })

  it('says so once, however often it is started again before the next prediction', async () => {
    const world = await FlightTask.of(all)
    await world.run(graphWith(few), 'one', 700)
    for (let i = 0; i < 3; i++) await world.run(graphWith(more), 'two', 0)
    await world.run(graphWith(more), 'two', 200)
    const events = await decodedTopic(world.log, 'flight-delay.models', 'model-event')
    expect(events.filter(({ kind }) => kind === 'carried').length).toBe(2)
  })

  it('begins those anew that do not carry, and compares them from there on', async () => {
    const world = await FlightTask.of(all)
    const { carry: _, ...plain } = bayes
    const stubborn = Object.freeze(plain) as Learner<any, any>
    const first = (await world.run(graphWith(few, stubborn), 'one', 900)).recovered.state.learning
    const predicted = first.count('predicted')
    const task = await world.run(graphWith(more, stubborn), 'two', 300)
    expect(changeOf(task).carried.models).toBe(
      '+destination, +landingsNow; anew: pipeline(one-hot, standard-scaler, gaussian-naive-bayes)',
    )
    const { models, evaluation } = task.recovered.state.learning
    const { slots } = models
    expect(first.evaluation.readSlot(1, '').outcomes).toBe(first.count('learned'))
    expect(task.recovered.state.learning.count('learned')).toBeGreaterThan(first.count('learned') + 100)
    expect(evaluation.readSlot(1, '').outcomes).toBe(0) // the labels since are of rows that the one before predicted
    expect(slots[0]).toMatchObject({ version: `v0.0.${predicted}`, born: 0 })
    expect(slots[1]).toMatchObject({ version: `v0.${predicted}-c1`, born: predicted })
    const events = await decodedTopic(world.log, 'flight-delay.models', 'model-event')
    expect(events.filter(({ kind }) => kind === 'anew')).toMatchObject([{ parent: 'v0.0-c1' }])
  })

  it('a category whose codes come from elsewhere now is a new column, also in the rows that wait', async () => {
    const world = await FlightTask.of(all)
    const byPlace = (place: string): Graph =>
      flightGraphOf(({ departures, arrivals }) => {
        const value = (arrival: any): boolean => arrival.delayMinutes > 15
        const late = departures.label(arrivals, { value, horizon: '36h', never: 'drop' })
        return departures.featurize({ place, distance: 'distance' }).predict(late, { model: logistic })
      })
    const first = (await world.run(byPlace('origin'), 'one', 700)).recovered.state.learning
    const waiting = first.pending.count
    expect(waiting).toBeGreaterThan(20)
    const places: number[] = []
    const task = await world.run(byPlace('destination'), 'two', 1, { batchRows: 1, snapshotDue: () => false })
    const { learning } = task.recovered.state
    expect(changeOf(task).carried).toEqual({ models: '+place, -place' })
    for (let row = 0; row < waiting - 5; row++)
      places.push(learning.pending.rows.values[row * learning.layout.width + learning.layout.row])
    expect(places.filter((code) => code !== 0).length).toBeLessThan(3)
  })
})

describe('a number that means something else', () => {
  const inMiles = (flight: any): number => flight.distance
  const inMetres = (flight: any): number => flight.distance * 1609.344
  const oneHour = ['1h', 'departures'] as const
  const meanings = (distance: unknown, [length, which]: readonly [string, string]): Graph =>
    flightGraphOf(({ departures, arrivals }) => {
      const late = departures.label(arrivals, { value: (arrival: any) => arrival.delayMinutes > 15, horizon: '36h' })
      const counted = which === 'departures' ? departures : late
      const rows = departures.featurize({
        distance,
        origin: 'origin',
        now: counted.by('origin').window(length).count(),
        share: counted.by('origin').window('2h').rate('1h'),
      })
      return rows.predict(late, { model: logistic })
    })

  it.each([
    ['a field becomes an arrow', meanings('distance', oneHour), meanings(inMetres, oneHour), '+distance, -distance'],
    ['an arrow gives another unit', meanings(inMiles, oneHour), meanings(inMetres, oneHour), '+distance, -distance'],
    ['a window is longer', meanings('distance', oneHour), meanings('distance', ['3h', 'departures']), '+now, -now'],
    [
      'it counts others',
      meanings('distance', oneHour),
      meanings('distance', ['1h', 'late']),
      '+now, +share, -now, -share',
    ],
  ])('is another column: %s', async (_, before, after, columns) => {
    const world = await FlightTask.of(all)
    const predicted = (await world.run(before, 'one', 700)).recovered.state.learning.count('predicted')
    const task = await world.run(after, 'two', 100)
    expect(changeOf(task).carried).toEqual({ models: columns })
    expect(task.recovered.state.learning.models.serving.version).toBe(`v0.0.${predicted}`)
  })

  it('is the same where only the lines of its arrow are broken elsewhere', async () => {
    const world = await FlightTask.of(all)
    const text = { toString: () => String(inMiles).replaceAll(' ', '\n  ') }
    await world.run(meanings(inMiles, oneHour), 'one', 700)
    const task = await world.run(
      meanings(
        Object.assign((flight: any) => flight.distance, text),
        oneHour,
      ),
      'two',
      100,
    )
    expect(changeOf(task).carried).toEqual({})
  })
})

async function bySequence(world: FlightTask): Promise<Record<string, unknown>[]> {
  const predictions = await decodedTopic(world.log, 'flight-delay.predictions', 'prediction')
  return predictions.sort((a, b) => Number(a.sequence) - Number(b.sequence))
}
