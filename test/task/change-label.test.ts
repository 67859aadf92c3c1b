import { describe, expect, it } from 'vitest'
import { adwin, gaussianNaiveBayes, oneHot, pipeline } from '../../src/index.ts'
import { LearningState } from '../../src/operators/learning-state.ts'
import type { StatePart } from '../../src/stats/state-region.ts'
import type { Graph } from '../../src/stream/graph.ts'
import { decodedTopic, flights } from './flight-log.ts'
import { FlightTask, flightGraphOf } from './flight-task.ts'

interface Arrival {
  readonly delayMinutes: number
  readonly flightId: string
}

type Value = (arrival: Arrival) => boolean | string

const all = flights(900, 7, 20_000)
const model = pipeline(oneHot(), gaussianNaiveBayes())

/** Flights whose label is given, with all that hangs on it. */
function graphWith(value: Value, source: (arrivals: any) => unknown = (arrivals) => arrivals, options = {}): Graph {
  return flightGraphOf(({ departures, arrivals }) => {
    const late = departures.label(source(arrivals), { value, horizon: '36h', never: 'drop', ...options })
    const rows = departures.featurize({
      origin: 'origin',
      lateRate: late.by('origin').latest(100).distinct(),
      departuresNow: departures.by('origin').window('1h').count(),
    })
    return rows.predict(late, {
      model,
      challengers: [model],
      drift: { loss: adwin() },
      retrain: { every: '1000d', from: { latest: 400 } },
      gate: { promote: 'manual' },
    } as never)
  })
}

const isLate: Value = (arrival) => arrival.delayMinutes > 15
const inTime: Value = (arrival) => !(arrival.delayMinutes > 15)
const howLate: Value = (arrival) => (arrival.delayMinutes > 15 ? 'late' : arrival.delayMinutes > 7 ? 'soon' : 'in time')

const ABOUT_THE_LABEL = [
  'baselines',
  'drift.loss',
  'features.lateRate',
  'label.last',
  'label.pending',
  'label.value',
  'metrics.cohorts',
  'metrics.scoreboard',
  'models',
  'race.budget',
  'race.gates.0',
  'race.gates.1',
  'race.gates.2',
  'race.gates.3',
  'race.requests',
  'race.ring',
]

/** What a change of the stream resets, after it has learned for a while; and the task. */
async function changed(from: Graph, to: Graph) {
  const world = await FlightTask.of(all)
  const first = (await world.run(from, 'one', 1000)).recovered.state.learning
  const task = await world.run(to, 'two', 400)
  const change = task.recovered.first.decisions.find(({ kind }) => kind === 'change')
  const { kept, reset } = change as unknown as { kept: string[]; reset: string[] }
  return { world, first, kept, reset: [...reset].sort(), learning: task.recovered.state.learning }
}

describe('a label that means something else', () => {
  it('begins all anew that is about it, says why, and keeps the rest', async () => {
    const { world, first, kept, reset, learning } = await changed(graphWith(isLate), graphWith(inTime))
    expect(reset).toEqual(ABOUT_THE_LABEL)
    expect(kept).toEqual(expect.arrayContaining(['counters', 'features.departuresNow', 'features.origin.categories']))
    expect(learning.models.hasOtherLabel).toBe(true)
    const events = await decodedTopic(world.log, 'flight-delay.models', 'model-event')
    const predicted = first.count('predicted')
    expect(events).toMatchObject([
      { kind: 'anew', modelVersion: `v0.${predicted}`, parent: 'v0.0', reason: 'the label means something else' },
      { kind: 'anew', modelVersion: `v0.${predicted}-c1`, parent: 'v0.0-c1' },
    ])
    const learned = learning.count('learned') - first.count('learned')
    expect(learned).toBeGreaterThan(10)
    expect(learning.race.ring?.taken).toBe(learned)
    expect(learning.evaluation.read()[0].outcomes).toBe(learned)
  })

  it('trains from labels of the new problem alone, where that is another', async () => {
    const { first, reset, learning } = await changed(graphWith(howLate), graphWith(isLate))
    expect(reset).toEqual(ABOUT_THE_LABEL)
    const labels = new Set<number>()
    learning.race.ring?.replay(0, (_rows, _offset, label) => labels.add(label))
    expect(labels).toEqual(new Set([0, 1]))
    expect(learning.race.ring?.taken).toBe(learning.count('learned') - first.count('learned'))
    const other = await changed(graphWith(isLate), graphWith(howLate))
    expect(other.reset).toEqual([...ABOUT_THE_LABEL, 'label.classes'].sort())
  })

  it.each([
    ['the other way round', isLate, inTime],
    ['of another problem', howLate, isLate],
    ['of classes now', isLate, howLate],
  ])('is rebuilt from the log, where that is asked for: %s', async (_, before, after) => {
    const world = await FlightTask.of(all)
    const first = (await world.run(graphWith(before), 'one', 1000)).recovered.state.learning
    const rebuilt = (await world.run(graphWith(after), 'two', 0, { rebuild: 'beginning' })).recovered.state.learning
    const straight = await FlightTask.of(all)
    const always = (await straight.run(graphWith(after), 'one', first.count('taken'))).recovered.state.learning
    expect(always.count('taken')).toBe(first.count('taken'))
    expect(rebuilt.models.serving.learner.save()).toEqual(always.models.serving.learner.save())
    await world.run(graphWith(after), 'two', 100)
    const [anew] = await decodedTopic(world.log, 'flight-delay.models', 'model-event')
    const reason = 'the label means something else, and they were rebuilt from the log'
    expect(anew).toMatchObject({ kind: 'anew', parent: 'v0.0', reason })
  })

  it('does so also where it is read off other records, or where none means something else', async () => {
    const some = (arrivals: any): unknown => arrivals.where((arrival: Arrival) => arrival.flightId !== '7')
    expect((await changed(graphWith(isLate), graphWith(isLate, some))).reset).toEqual(ABOUT_THE_LABEL)
    const never = graphWith(isLate, undefined, { never: { value: false } })
    expect((await changed(graphWith(isLate), never)).reset).toEqual(ABOUT_THE_LABEL)
  })
})

describe('a label that means the same', () => {
  it('keeps all, though its arrow is written on other lines and bad records are left out', async () => {
    const lines = Object.assign((arrival: Arrival) => arrival.delayMinutes > 15, {
      toString: () => String(isLate).replaceAll(' ', '\n  '),
    })
    const checked = (arrivals: any): unknown => arrivals.validate({ delayMinutes: { min: -1e6 } })
    const { reset, learning } = await changed(graphWith(isLate), graphWith(lines, checked))
    expect(reset).toEqual([])
    expect(learning.models.hasOtherLabel).toBe(false)
  })

  it('is what an earlier release had, which saved nothing of what it means', () => {
    const parts = new LearningState(graphWith(howLate)).parts()
    for (const part of parts) {
      const before = earlier(part)
      if (before === part.definition) continue
      expect([part.path, part.carries?.(before)]).toEqual([
        part.path,
        expect.stringMatching(/earlier release|the same/),
      ])
    }
    const changedParts = parts.filter((part) => earlier(part) !== part.definition).map(({ path }) => path)
    expect(changedParts.sort()).toEqual([...ABOUT_THE_LABEL, 'label.classes'].sort())
  })
})

/** The definition under which a part was saved before definitions said what the label means. */
function earlier({ path, definition }: StatePart): string {
  if (path === 'features.lateRate') {
    const [key, by, , ...rest] = JSON.parse(definition)
    return JSON.stringify([key, by, 'multiclass', ...rest])
  }
  if (!ABOUT_THE_LABEL.includes(path) && path !== 'label.classes') return definition
  const saved = JSON.parse(definition)
  const columns = (named: { name: string; kind: string; size: number; source: string }[]) =>
    named.map(({ name, kind, size, source }) => ({ name, kind, size, codes: kind === 'number' ? '' : source }))
  if (path === 'models') return JSON.stringify([saved[0], columns(saved[1]), saved[2]])
  if (path === 'race.ring') return JSON.stringify([saved[0], columns(saved[1])])
  if (path === 'race.requests') return JSON.stringify([saved[0], columns(saved[1]), saved[3]])
  return saved[0]
}
