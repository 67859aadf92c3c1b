import { describe, expect, it } from 'vitest'
import {
  adwin,
  gaussianNaiveBayes,
  linearRegression,
  logisticRegression,
  oneHot,
  pipeline,
  standardScaler,
} from '../../src/index.ts'
import type { LearningState } from '../../src/operators/learning-state.ts'
import type { StatePart } from '../../src/stats/state-region.ts'
import { KeyTable } from '../../src/features/key-table.ts'
import { holdKeys } from '../../src/operators/adopt-parts.ts'
import { releaseSlots } from '../../src/operators/known-slots.ts'
import type { Graph } from '../../src/stream/graph.ts'
import type { Task } from '../../src/task/task.ts'
import { decodedTopic, flights } from './flight-log.ts'
import { FlightTask, flightGraphOf } from './flight-task.ts'

const all = flights(900, 11, 20_000)
const logistic = pipeline(oneHot(), standardScaler(), logisticRegression())
const bayes = pipeline(oneHot(), gaussianNaiveBayes())

interface Wanted {
  readonly features: readonly string[]
  readonly model?: unknown
  readonly challengers?: readonly unknown[]
}

/** Flights with features by name, of those below. */
function graphWith({ features, model = logistic, challengers = [] }: Wanted): Graph {
  return flightGraphOf(({ departures, arrivals }) => {
    const value = (arrival: any): boolean => arrival.delayMinutes > 15
    const late = departures.label(arrivals, { value, horizon: '36h', never: 'drop' })
    const possible: Record<string, unknown> = {
      origin: 'origin',
      destination: 'destination',
      distance: 'distance',
      departuresNow: departures.by('origin').window('1h').count(),
      meanDistance: departures.by('origin').ewMean('12h', 'distance'),
      landingsNow: departures.by('destination').window('2h').count(),
      originLateRate: late.by('origin').ewMean('2h'),
      destinationLateRate: late.by('destination').ewMean('2h'),
      longHaul: departures.by('origin').fold({
        init: () => ({ far: 0, all: 0 }),
        step: (state: any, flight: any) => ({ far: state.far + (flight.distance > 1500 ? 1 : 0), all: state.all + 1 }),
        read: (state: any) => state.far / (state.all + 1),
      }),
    }
    const rows = departures.featurize(Object.fromEntries(features.map((name) => [name, possible[name]])))
    return rows.predict(late, { model, challengers, drift: { loss: adwin() } } as never)
  })
}

const few = ['origin', 'distance', 'departuresNow', 'originLateRate']
const more = [...few, 'destination', 'meanDistance', 'landingsNow', 'destinationLateRate', 'longHaul']

interface Change {
  readonly kept: readonly string[]
  readonly reset: readonly string[]
  readonly rebuilt: readonly string[]
}

function changeOf(task: Task): Change {
  return task.recovered.first.decisions.find(({ kind }) => kind === 'change') as unknown as Change
}

/** The bytes of parts by path, to compare. */
function bytesOf(learning: LearningState, keep: (path: string) => boolean): Record<string, string> {
  const found: Record<string, string> = {}
  for (const { path, state } of learning.parts().filter((part) => keep(part.path))) {
    for (const [name, region] of Object.entries(state.regions())) {
      const bytes =
        'save' in region
          ? region.save()
          : new Uint8Array(region.values.buffer, 0, region.length * region.values.BYTES_PER_ELEMENT)
      found[`${path} ${name}`] = Buffer.from(bytes).toString('base64')
    }
  }
  return found
}

async function rows(world: FlightTask): Promise<Record<string, unknown>[]> {
  const predictions = await decodedTopic(world.log, 'flight-delay.predictions', 'prediction')
  return predictions.sort((a, b) => Number(a.sequence) - Number(b.sequence))
}

describe('a changed stream that is rebuilt from the log', () => {
  it('has new features and a new model as if they had always been there, and loses and doubles nothing', async () => {
    const changed = graphWith({ features: more, model: bayes })
    const always = await FlightTask.of(all)
    const whole = await always.run(changed, 'two', 1800)
    const world = await FlightTask.of(all)
    const first = (await world.run(graphWith({ features: few }), 'one', 800)).recovered.state.learning
    const predicted = first.count('predicted')
    expect(first.pending.count).toBeGreaterThan(100)
    const task = await world.run(changed, 'two', 1800 - predicted - first.count('learned'), { rebuild: 'beginning' })

    const { kept, reset, rebuilt } = changeOf(task)
    expect(rebuilt).toEqual(
      expect.arrayContaining([
        'models',
        'features.destination.categories',
        'features.meanDistance',
        'features.landingsNow',
        'features.destinationLateRate',
        'features.longHaul',
      ]),
    )
    expect(rebuilt.every((path) => reset.includes(path) && !kept.includes(path))).toBe(true)

    const [found, expected] = [await rows(world), await rows(always)]
    expect(found.map(({ id }) => id)).toEqual(expected.map(({ id }) => id))
    expect(found.slice(predicted).map(({ prediction }) => prediction)).toEqual(
      expected.slice(predicted).map(({ prediction }) => prediction),
    )
    expect(new Set(found.slice(predicted).map(({ modelVersion }) => modelVersion))).toEqual(
      new Set([`v0.${predicted}`]),
    )
    const isRebuilt = (path: string): boolean => path !== 'models' && rebuilt.includes(path)
    expect(bytesOf(task.recovered.state.learning, isRebuilt)).toEqual(
      bytesOf(whole.recovered.state.learning, isRebuilt),
    )
    const events = await decodedTopic(world.log, 'flight-delay.models', 'model-event')
    expect(events).toMatchObject([{ kind: 'anew', reason: expect.stringContaining('rebuilt from the log') }])
  })

  it('makes a challenger that is new as if it had always been there, and keeps the champion', async () => {
    const changed = graphWith({ features: few, challengers: [bayes] })
    const always = (await (await FlightTask.of(all)).run(changed, 'two', 1800)).recovered.state.learning
    const world = await FlightTask.of(all)
    const first = (await world.run(graphWith({ features: few }), 'one', 800)).recovered.state.learning
    const predicted = first.count('predicted')
    const rest = 1800 - predicted - first.count('learned')
    const task = await world.run(changed, 'two', rest, { rebuild: 'beginning' })
    expect(changeOf(task).rebuilt).toEqual(['models'])
    const { slots } = task.recovered.state.learning.models
    expect(slots.map((slot) => slot?.version)).toEqual(['v0.0', `v0.${predicted}-c1`, undefined, undefined])
    const saved = [slots, always.models.slots].map((some) => some.map((slot) => slot?.learner.save()))
    expect(saved[0]).toEqual(saved[1])
    expect(slots[1]).toMatchObject({ born: predicted, firstLabel: 0 })
    const events = await decodedTopic(world.log, 'flight-delay.models', 'model-event')
    expect(events).toMatchObject([
      { kind: 'anew', parent: null, reason: 'the stream names it now, and it was rebuilt from the log' },
    ])
  })

  it('keeps what did not change to the last bit, and what is rebuilt is in the snapshot that the change registers', async () => {
    const world = await FlightTask.of(all)
    const first = (await world.run(graphWith({ features: few }), 'one', 800)).recovered.state.learning
    const kept = (path: string): boolean =>
      ['features.departuresNow', 'features.originLateRate', 'counters', 'baselines', 'metrics.scoreboard'].includes(
        path,
      )
    const before = bytesOf(first, kept)
    const changed = graphWith({ features: more })
    const task = await world.run(changed, 'two', 0, { rebuild: 'beginning' })
    expect(changeOf(task).rebuilt).not.toContain('models') // those are carried over
    const { learning } = task.recovered.state
    expect(bytesOf(learning, kept)).toEqual(before)
    expect(task.recovered.first.snapshots).toHaveLength(1)
    const after = bytesOf(learning, (path) => path.startsWith('features.'))

    const again = await world.run(changed, 'two', 0, { rebuild: '1h' }) // nothing has changed since: nothing is rebuilt
    expect(bytesOf(again.recovered.state.learning, (path) => path.startsWith('features.'))).toEqual(after)
    expect(changeOf(again)).toBeUndefined()
  })

  it('survives a death before the change is journaled, and one right after', async () => {
    const changed = graphWith({ features: more, model: bayes })
    const results: unknown[] = []
    for (const dies of ['nowhere', 'before', 'after'] as const) {
      const world = await FlightTask.of(all)
      const first = (await world.run(graphWith({ features: few }), 'one', 800)).recovered.state.learning
      if (dies === 'before') {
        const dying = world.run(changed, 'two', 100, { rebuild: 'beginning', blobs: refusing(world, 'manifest') })
        await expect(dying).rejects.toMatchObject({ code: 'MILLRACE_TASK_SNAPSHOT_WRITE' })
      }
      if (dies === 'after') await world.start(changed, 'two', { rebuild: 'beginning' }) // and is heard of no more
      const rest = 1800 - first.count('predicted') - first.count('learned')
      await world.run(changed, 'two', rest, { rebuild: 'beginning' })
      results.push((await rows(world)).map(({ id, prediction }) => [id, prediction]))
    }
    expect(results[1]).toEqual(results[0])
    expect(results[2]).toEqual(results[0])
  })

  it('only the history since the time that is given counts', async () => {
    const changed = graphWith({ features: [...few, 'longHaul'] })
    const counts: number[] = []
    const nowMs = all[500].departedAt
    for (const from of ['30m', new Date(nowMs - 3_600_000).toISOString(), 'beginning', undefined]) {
      const world = await FlightTask.of(all)
      await world.run(graphWith({ features: few }), 'one', 700)
      const task = await world.run(changed, 'two', 0, { rebuild: from })
      const { keyed } = task.recovered.state.learning
      const longHaul = keyed.parts().find(({ path }) => path === 'features.longHaul') as StatePart
      const { texts } = longHaul.state as unknown as { texts: { get(slot: number): string | undefined } }
      const states = Array.from({ length: 7 }, (_, slot) => texts.get(slot))
      counts.push(states.reduce((sum, text) => sum + (text === undefined ? 0 : JSON.parse(text).all), 0))
    }
    const [half, since, whole, none] = counts
    expect(half).toBeGreaterThanOrEqual(90) // a flight each 20 s
    expect(half).toBeLessThanOrEqual(92)
    expect(since).toBeGreaterThan(half)
    expect(whole).toBeGreaterThan(400)
    expect(none).toBe(0)
  })

  it('keys that came and went since do not mix up those that are there', async () => {
    const graphOf = (features: readonly string[], learningRate: number): Graph =>
      flightGraphOf(({ departures, arrivals }) => {
        const value = (arrival: any): boolean => arrival.delayMinutes > 15
        const late = departures.label(arrivals, { value, horizon: '36h' })
        const group = departures.by((flight: any) => Math.floor(Number(flight.flightId) / 25) % 21)
        const named: Record<string, unknown> = {
          count: group.window('10m').count(),
          total: group.window('10m').sum('distance'),
          mean: group.ewMean('10s', 'distance'),
          landed: late.by('origin', 'destination').window('10m').count(),
        }
        const rows = departures.featurize(Object.fromEntries(features.map((name) => [name, named[name]])))
        return rows.predict(late, { model: pipeline(standardScaler(), logisticRegression({ learningRate })) })
      })
    const changed = graphOf(['count', 'total', 'mean', 'landed'], 0.05)
    const always = await FlightTask.of(all)
    await always.run(changed, 'two', 1800)
    const world = await FlightTask.of(all)
    const first = (await world.run(graphOf(['count'], 0.01), 'one', 900)).recovered.state.learning
    const [table] = first.keyed.tables
    expect(table.expired).toBeGreaterThan(5)
    expect(table.slots).toBeLessThan(10) // others have taken their slots
    const [predicted, learned] = [first.count('predicted'), first.count('learned')]
    const task = await world.run(changed, 'two', 1800 - predicted - learned, { rebuild: 'beginning' })
    expect(changeOf(task).rebuilt).toEqual(expect.arrayContaining(['features.total', 'features.landed']))
    expect(changeOf(task).kept).toContain('features.count')
    const [found, expected] = [await rows(world), await rows(always)]
    expect(found.slice(predicted).map(({ prediction }) => prediction)).toEqual(
      expected.slice(predicted).map(({ prediction }) => prediction),
    )
  })

  it('categories that only history has get codes of their own, and no others', async () => {
    const graphOf = (learningRate: number, check: object): Graph =>
      flightGraphOf(({ departures, arrivals }) => {
        const checked = departures.validate(check)
        const late = checked.label(arrivals, { value: (arrival: any) => arrival.delayMinutes > 15, horizon: '36h' })
        const model = pipeline(oneHot(), logisticRegression({ learningRate }))
        return checked.featurize({ origin: 'origin' }).predict(late, { model })
      })
    const world = await FlightTask.of(all)
    const some = ['ATL', 'ORD', 'DFW', 'LAX']
    const first = (await world.run(graphOf(0.01, { origin: { oneOf: some } }), 'one', 800)).recovered.state.learning
    const codes = (learning: LearningState): (string | undefined)[] =>
      Array.from({ length: 9 }, (_, code) => learning.rows.category(0, code))
    const before = codes(first).slice(1, 5)
    expect(before.toSorted()).toEqual(some.toSorted())
    const task = await world.run(graphOf(0.05, { origin: 'required' }), 'two', 0, { rebuild: 'beginning' })
    expect(changeOf(task).kept).toContain('features.origin.categories')
    const after = codes(task.recovered.state.learning)
    expect(after.slice(1, 5)).toEqual(before)
    expect(after.slice(5, 8).toSorted()).toEqual(['BOS', 'JFK', 'SEA'])
    expect(task.recovered.state.learning.rows.dictionary(0)?.used).toBe(7)
  })

  it('keys that are known keep their slots while history is walked', async () => {
    const world = await FlightTask.of(all)
    const { learning } = (await world.run(graphWith({ features: few }), 'one', 1800)).recovered.state
    const [table] = learning.keyed.tables
    expect(learning.pending.count).toBe(0)
    const texts = Array.from({ length: table.slots }, (_, slot) => table.text(slot))
    expect(texts.length).toBeGreaterThan(5)
    holdKeys(learning)
    for (let i = 0; i < 100; i++) table.sweep(Number.MAX_VALUE)
    expect(Array.from({ length: table.slots }, (_, slot) => table.text(slot))).toEqual(texts)
    releaseSlots(table)
    for (let i = 0; i < 100; i++) table.sweep(Number.MAX_VALUE)
    expect(table.size).toBe(0)
  })

  it('what history knows of keys that are not there is let go, and of those that are it is not', async () => {
    const world = await FlightTask.of(all)
    const graph = graphWith({ features: ['longHaul'] })
    const { keyed } = (await world.run(graph, 'one', 800)).recovered.state.learning
    const { texts } = partOf(graph, keyed) as { texts: { get(slot: number): string | undefined } }
    const known = (): number[] => Array.from({ length: 7 }, (_, slot) => slot).filter((slot) => texts.get(slot))
    expect(known()).toEqual([0, 1, 2, 3, 4, 5, 6])
    const other = new KeyTable({ maxKeys: 9, ttlMs: 1 })
    for (const name of ['a', 'b', 'c']) {
      other.begin()
      other.addString(name)
      other.findOrAdd(0)
    }
    keyed.clearStrangers(0, other)
    expect(known()).toEqual([0, 1, 2])
  })

  it('also for values and another kind of model, where the label stays the same', async () => {
    const graphOf = (rate: number, features: readonly string[]): Graph =>
      flightGraphOf(({ departures, arrivals }) => {
        const minutes = departures.label(arrivals, { value: (arrival: any) => arrival.delayMinutes, horizon: '36h' })
        const named: Record<string, unknown> = { distance: 'distance', mean: minutes.by('origin').ewMean('3h') }
        const rows = departures.featurize(Object.fromEntries(features.map((name) => [name, named[name]])))
        const model = pipeline(standardScaler(), linearRegression({ learningRate: rate }))
        return rows.predict(minutes, { model })
      })
    const changed = graphOf(0.001, ['distance', 'mean'])
    const always = await FlightTask.of(all)
    await always.run(changed, 'two', 1800)
    const world = await FlightTask.of(all)
    const first = (await world.run(graphOf(0.01, ['distance']), 'one', 900)).recovered.state.learning
    const predicted = first.count('predicted')
    await world.run(changed, 'two', 1800 - predicted - first.count('learned'), { rebuild: 'beginning' })
    const [found, expected] = [await rows(world), await rows(always)]
    expect(found.slice(predicted).map(({ prediction }) => prediction)).toEqual(
      expected.slice(predicted).map(({ prediction }) => prediction),
    )
  })

  it('refuses a time that is none, deleted history, and a fork', async () => {
    const world = await FlightTask.of(all)
    await world.run(graphWith({ features: few }), 'one', 800)
    const changed = graphWith({ features: more })
    const refusal = (message: string) => ({
      code: 'MILLRACE_TASK_REBUILD',
      message: expect.stringContaining(message),
    })
    await expect(world.run(changed, 'two', 0, { rebuild: 'soon' })).rejects.toMatchObject(refusal("'soon' is no time"))
    await expect(world.run(changed, 'two', 0, { rebuild: '1h', fork: true })).rejects.toMatchObject(refusal('--drain'))
    await world.log.deleteBefore({ topic: 'flights.departures', partition: 1 }, 20)
    const { message } = await world.run(changed, 'two', 0, { rebuild: 'beginning' }).catch((error) => error)
    expect(message).toMatch(
      /departures\/1 before offset 20 have been deleted.*the first that is kept is of 2001-01-01T/,
    )
    const time = /kept is of (\S+)\./.exec(message)?.[1]
    const task = await world.run(changed, 'two', 0, { rebuild: time })
    expect(changeOf(task).rebuilt).toContain('features.landingsNow')
  })

  it('says so where nothing has changed since, and what to do where the change was not rebuilt', async () => {
    const world = await FlightTask.of(all)
    const before = graphWith({ features: few })
    const changed = graphWith({ features: more })
    const refusal = (message: RegExp) => ({
      code: 'MILLRACE_TASK_REBUILD',
      message: expect.stringMatching(message),
    })
    await world.run(before, 'one', 800)
    for (const wrong of ['soon', '12', '2001-13-01', '']) {
      const same = world.run(before, 'one', 0, { rebuild: wrong })
      await expect(same).rejects.toMatchObject(refusal(/is no time to rebuild from\. Give a duration/))
    }
    expect(changeOf(await world.run(before, 'one', 0, { rebuild: '1h' }))).toBeUndefined() // it never changed
    await expect(world.run(changed, 'two', 0, { rebuild: '2002-01-01' })).rejects.toMatchObject(
      refusal(/is after the latest record that the stream has taken, of 2001-01-01T/),
    )
    const { seq } = (await world.run(changed, 'two', 0)).recovered.first
    await expect(world.run(changed, 'two', 0, { rebuild: 'beginning' })).rejects.toMatchObject(
      refusal(new RegExp(`nothing has changed since transaction ${seq}, where features.* began empty.*--drain`)),
    )
    await world.run(before, 'one', 0) // what the message says
    for (const rebuilt of [true, false]) {
      const change = changeOf(await world.run(changed, 'two', 0, { rebuild: 'beginning' }))
      if (rebuilt) expect(change.rebuilt).toContain('features.landingsNow')
      else expect(change).toBeUndefined() // a supervisor starts it again and again
    }
  })
})

/** The state of a graph's first keyed node. */
function partOf(graph: Graph, keyed: LearningState['keyed']): unknown {
  return keyed.parts().find(({ path }) => path === graph.keyed[0].path)?.state
}

/** The blobs of a world, but none of a kind can be written. */
function refusing(world: FlightTask, kind: string): FlightTask['blobs'] {
  const { blobs } = world
  const put = (name: string, bytes: Uint8Array): Promise<void> =>
    name.endsWith(kind) ? Promise.reject(new Error('the disk is gone')) : blobs.put(name, bytes)
  return {
    put,
    get: (name) => blobs.get(name),
    list: (prefix) => blobs.list(prefix),
    delete: (name) => blobs.delete(name),
    close: () => blobs.close(),
  } as FlightTask['blobs']
}
