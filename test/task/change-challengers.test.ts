import { describe, expect, it } from 'vitest'
import { gaussianNaiveBayes, logisticRegression, oneHot, pipeline, standardScaler } from '../../src/index.ts'
import type { Learner } from '../../src/learners/learner.ts'
import type { LearningState } from '../../src/operators/learning-state.ts'
import type { Graph } from '../../src/stream/graph.ts'
import { decodedTopic, flights } from './flight-log.ts'
import { FlightTask, flightGraphOf } from './flight-task.ts'

const all = flights(1500, 7, 20_000)
const logistic = pipeline(oneHot(), standardScaler(), logisticRegression())
const bayes = pipeline(oneHot(), standardScaler(), gaussianNaiveBayes())
const plain = pipeline(oneHot(), gaussianNaiveBayes())
const retrain = { every: '1000d', from: { latest: 200 } }

/** The flight-delay stream with these models, the first of them its model; people decide who serves. */
function graphWith(model: Learner<any, any>, ...challengers: readonly Learner<any, any>[]): Graph {
  return flightGraphOf(({ departures, arrivals }) => {
    const value = (arrival: any): boolean => arrival.delayMinutes > 15
    const late = departures.label(arrivals, { value, horizon: '36h', never: 'drop' })
    const rows = departures.featurize({ origin: 'origin', distance: 'distance' })
    return rows.predict(late, { model, challengers, gate: { promote: 'manual' }, retrain } as never)
  })
}

interface Found {
  readonly version: string
  readonly parent: string
  readonly description: number
  readonly role: string
  readonly bytes: string
  readonly scores: unknown
}

/** Everything that is known of the models, by version. */
function found({ models, evaluation }: LearningState): Map<string, Found> {
  return new Map(
    models.slots.flatMap((slot, i): [string, Found][] => {
      if (slot === undefined) return []
      const { version, parent, description, role, learner } = slot
      const bytes = Buffer.from(learner.save()).toString('base64')
      return [[version, { version, parent, description, role, bytes, scores: evaluation.readSlot(i, version) }]]
    }),
  )
}

/** The state of a stream after so many rows and these commands, and of its next start with another graph before its first row. */
async function change(from: Graph, to: Graph, rows = 900, commands: readonly string[] = []) {
  const world = await FlightTask.of(all)
  await world.run(from, 'one', rows)
  for (const [i, text] of commands.entries()) {
    const [command, version = null] = text.split(' ')
    const deciding = Object.create(world) as FlightTask
    deciding.start = async (...what) => {
      const task = await world.start(...what)
      task.decide({
        kind: 'command',
        command: command as 'promote',
        id: `c${i}`,
        version,
        reason: 'to try',
        offset: -1,
      })
      return task
    }
    await deciding.run(from, 'one', 60)
  }
  const before = (await world.run(from, 'one', 16)).recovered.state.learning
  const task = await world.start(to, 'two')
  const after = task.recovered.state.learning
  const start = { models: found(after), served: after.evaluation.read(), waiting: after.pending.count }
  const change = task.recovered.first.decisions.find(({ kind }) => kind === 'change')
  task.stop()
  await task.run()
  return { world, before, start, change, to }
}

async function tell({ world, to }: Awaited<ReturnType<typeof change>>) {
  const old = (await decodedTopic(world.log, 'flight-delay.models', 'model-event')).length
  const { learning } = (await world.run(to, 'two', 500)).recovered.state
  const events = (await decodedTopic(world.log, 'flight-delay.models', 'model-event')).slice(old)
  return { learning, told: events.map(({ kind, modelVersion, parent }) => [kind, modelVersion, parent]) }
}

describe('a stream whose challengers change', () => {
  it('keeps its champion bit for bit when it gains one, with its version, its metrics and its waiting rows', async () => {
    const changed = await change(graphWith(logistic), graphWith(logistic, bayes))
    const { before, start } = changed
    const predicted = before.count('predicted')
    expect(before.pending.count).toBeGreaterThan(20)
    expect(start.models.get('v0.0')).toEqual(found(before).get('v0.0'))
    expect(start.served).toEqual(before.evaluation.read())
    expect(start.served[0].outcomes).toBeGreaterThan(100)
    expect(start.waiting).toBe(before.pending.count)
    expect(changed.change).toMatchObject({
      kept: expect.arrayContaining(['models', 'metrics.scoreboard', 'metrics.cohorts', 'race.budget', 'race.gates.0']),
      carried: { models: 'anew: pipeline(one-hot, standard-scaler, gaussian-naive-bayes)' },
    })
    const { learning, told } = await tell(changed)
    expect(told).toEqual([['anew', `v0.${predicted}-c1`, null]])
    const [fresh] = learning.models.slots.filter((slot) => slot?.role === 'challenger')
    expect(fresh).toMatchObject({ version: `v0.${predicted}-c1`, description: 1, born: predicted, parent: '' })
    const predictions = await decodedTopic(changed.world.log, 'flight-delay.predictions', 'prediction')
    expect(new Set(predictions.map(({ modelVersion }) => modelVersion))).toEqual(new Set(['v0.0']))
  })

  it('predicts as if it had never changed', async () => {
    const changed = await change(graphWith(logistic, bayes), graphWith(logistic, plain, bayes))
    await changed.world.run(changed.to, 'two', 500)
    const undisturbed = await FlightTask.of(all)
    await undisturbed.run(graphWith(logistic, bayes), 'one', 1600)
    const [some, others] = await Promise.all([changed.world, undisturbed].map(bySequence))
    expect(some.length).toBeGreaterThan(800)
    expect(some).toEqual(others.slice(0, some.length))
  })

  it('tells that one has left, and keeps the scores of the others, wherever they stand now', async () => {
    const changed = await change(graphWith(logistic, bayes, plain), graphWith(logistic, plain))
    const [before, { models }] = [found(changed.before), changed.start]
    expect([...models.keys()]).toEqual(['v0.0', 'v0.0-c2'])
    expect(models.get('v0.0')).toEqual(before.get('v0.0'))
    expect(models.get('v0.0-c2')).toEqual({ ...before.get('v0.0-c2'), description: 1 })
    expect(before.get('v0.0-c2')?.scores).toMatchObject({ outcomes: changed.before.count('learned') })
    expect((await tell(changed)).told).toEqual([['retired', 'v0.0-c1', null]])
  })

  it('keeps the models on trial and before, in other slots where there are fewer, with what they said of waiting rows', async () => {
    const from = graphWith(logistic, bayes, plain)
    const changed = await change(from, graphWith(logistic), 900, ['retrain', 'promote v0.1', 'retrain'])
    const before = found(changed.before)
    const trial = [...before.values()].find(({ role }) => role === 'trial') as Found
    const { models } = changed.start
    expect([...models.keys()].toSorted()).toEqual(['v0.0', 'v0.1', trial.version])
    for (const [version, one] of models) expect(one).toEqual(before.get(version))
    expect(models.get('v0.1')?.role).toBe('champion')
    const watching = Object.create(changed.world) as FlightTask
    const served: number[] = []
    watching.start = async (...what) => {
      const task = await changed.world.start(...what)
      const { learning } = task.recovered.state
      learning.observer = (values, at, layout) => {
        const slot = values[at + layout.servedBy]
        served.push(slot)
        if (slot >= 0) expect(values[at + layout.slots + slot * layout.kept]).toBe(values[at + layout.served])
        const said = learning.models.slots.map((_, s) => values[at + layout.slots + s * layout.kept])
        if (served.length < 10) expect(said.every((p) => p >= 0 && p <= 1)).toBe(true)
      }
      return task
    }
    await watching.run(changed.to, 'two', 300)
    expect(served.length).toBeGreaterThan(20)
    expect(served[0]).toBeGreaterThanOrEqual(0)
  })
})

it('a job that was asked for goes on where the challengers change, for the same learner', async () => {
  const world = await FlightTask.of(all)
  const promoting = Object.create(world) as FlightTask
  promoting.start = async (...what) => {
    const task = await world.start(...what)
    for (const command of ['promote', 'retrain'] as const) {
      const version = command === 'promote' ? 'v0.0-c2' : null
      task.decide({ kind: 'command', command, id: command, version, reason: 'to try', offset: -1 })
    }
    return task
  }
  const first = await promoting.run(graphWith(logistic, plain, bayes), 'one', 100)
  expect(first.recovered.state.learning.count('learned')).toBeLessThan(200) // so many the job waits for
  const task = await world.run(graphWith(logistic, bayes), 'two', 900)
  const events = await decodedTopic(world.log, 'flight-delay.models', 'model-event')
  const { algorithm } = events.find(({ modelVersion }) => modelVersion === 'v0.0-c2') as { algorithm: string }
  expect(events.filter(({ kind }) => kind === 'trained')).toMatchObject([
    { modelVersion: 'v0.1', parent: 'v0.0-c2', algorithm, reason: 'to try' },
  ])
  const trial = task.recovered.state.learning.models.slots.find((slot) => slot?.role === 'trial')
  expect(trial).toMatchObject({ version: 'v0.1', description: 1 })
})

describe('a stream whose model changes', () => {
  it('lets the new one serve, and keeps the challengers as they are', async () => {
    const changed = await change(graphWith(logistic, bayes), graphWith(plain, bayes))
    const predicted = changed.before.count('predicted')
    expect(changed.start.models.get('v0.0-c1')).toEqual(found(changed.before).get('v0.0-c1'))
    expect(changed.start.served).toEqual(changed.before.evaluation.read()) // of whoever served
    const { learning, told } = await tell(changed)
    expect(learning.models.serving.version).toBe(`v0.${predicted}`)
    expect(told).toEqual([['anew', `v0.${predicted}`, 'v0.0']])
  })

  it('lets a challenger that becomes the model serve as it is, and tells so', async () => {
    const changed = await change(graphWith(logistic, bayes), graphWith(bayes))
    const { role, ...kept } = changed.start.models.get('v0.0-c1') as Found
    expect(role).toBe('champion')
    expect({ ...kept, role: 'challenger' }).toEqual({ ...found(changed.before).get('v0.0-c1'), description: 0 })
    expect((await tell(changed)).told).toEqual([
      ['promoted', 'v0.0-c1', 'v0.0'],
      ['retired', 'v0.0', null],
    ])
  })

  it('goes on with a challenger that was promoted, as long as the stream has it', async () => {
    const from = graphWith(logistic, bayes)
    const changed = await change(from, graphWith(plain, bayes), 900, ['promote v0.0-c1'])
    expect(changed.start.models.get('v0.0-c1')).toEqual(found(changed.before).get('v0.0-c1'))
    const predicted = changed.before.count('predicted')
    const { learning, told } = await tell(changed)
    expect(learning.models.serving.version).toBe('v0.0-c1')
    expect(told).toEqual([
      ['retired', 'v0.0', null],
      ['anew', `v0.${predicted}`, null],
    ])
  })
})

async function bySequence(world: FlightTask): Promise<unknown[]> {
  const predictions = await decodedTopic(world.log, 'flight-delay.predictions', 'prediction')
  return predictions
    .sort((a, b) => Number(a.sequence) - Number(b.sequence))
    .map(({ id, prediction, modelVersion }) => [id, prediction, modelVersion])
}
