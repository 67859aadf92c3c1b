import { createHash } from 'node:crypto'
import { defineStream, gaussianNaiveBayes, logisticRegression, oneHot, pipeline, standardScaler } from 'millrace'
import { expect, it } from 'vitest'
import { learnerOf } from '../../src/lifecycle/learner-of.ts'
import { decodeModelFile } from '../../src/models/model-file.ts'
import { SeededRandom } from '../../src/stats/seeded-random.ts'
import { heldModels } from '../../src/task/held-models.ts'
import type { Task } from '../../src/task/task.ts'
import type { ModelRecord } from '../../src/testing/read-outputs.ts'
import { stateDifference } from '../../src/testing/state-digest.ts'
import { StreamHarness } from '../../src/testing/stream-harness.ts'
import { flights } from '../task/flight-log.ts'
import { type CommandAtRow, CrashingLoop } from './crashing-loop.ts'

const FLIGHTS = 3000
const SWAPS = 100

// Two models that take turns by command, and jobs that are asked for by command and need few rows.
const stream = defineStream({
  name: 'swapping',
  inputs: {
    departures: { topic: 'flights.departures', schema: 'departure.avsc', key: 'flightId', time: 'departedAt' },
    arrivals: { topic: 'flights.arrivals', schema: 'arrival.avsc', key: 'flightId', time: 'landedAt' },
  },
  build: ({ departures, arrivals }) => {
    const known = departures.validate({ origin: 'required' })
    const late = known.label(arrivals, { value: (arrival) => arrival.delayMinutes > 15, horizon: '36h' })
    const rows = known.featurize({
      distance: 'distance',
      origin: 'origin',
      lateRate: late.by('origin').ewMean('2h'),
    })
    return rows.predict(late, {
      model: pipeline(oneHot(), standardScaler(), logisticRegression()),
      challengers: [pipeline(oneHot(), standardScaler(), gaussianNaiveBayes())],
      retrain: { every: '1000d', from: { latest: 300 } },
      gate: { promote: 'manual' },
    })
  },
})

/** A swap about every 55 rows, there and back, and a retrain before each tenth; the process dies soon after most of them. */
function commands(random: SeededRandom): CommandAtRow[] {
  return Array.from({ length: SWAPS * 1.1 }, (_, i): CommandAtRow => {
    const id = `c-${i}`
    const diesAfter = random.next() < 0.9 ? random.nextInt(24) : undefined
    const row = 700 + i * 45
    if (i % 11 === 0) return { row, diesAfter, command: { id, command: 'retrain', reason: 'for practice' } }
    const isBack = (i % 11) % 2 === 0
    if (isBack) return { row, diesAfter, command: { id, command: 'roll_back', reason: 'back' } }
    return { row, diesAfter, command: { id, command: 'promote', modelVersion: 'v0.0-c1', reason: 'there' } }
  })
}

it('a hundred swaps with deaths around them lose, double and change nothing', async () => {
  const seed = 1
  const harness = await StreamHarness.of(stream)
  const loop = new CrashingLoop(harness, commands(new SeededRandom(seed)), seed)
  const all = flights(FLIGHTS, seed, 60_000)
  const departures = all.map(({ flightId, departedAt, distance, origin, destination }) => ({
    flightId,
    departedAt,
    distance,
    origin,
    destination,
  }))
  const arrivals = all.map(({ flightId, landedAt, delayMinutes }) => ({ flightId, landedAt, delayMinutes }))
  const task = await loop.run({ departures, arrivals })
  expect(loop.deaths.length).toBeGreaterThan(60)
  expect(new Set(loop.deaths).size).toBeGreaterThan(6) // before and after appends, commits, blobs, and between
  await loop.history.collect()
  expect(loop.history.violation()).toBeUndefined()

  const { predictions, models, signals } = await loop.outputs()
  expect(predictions.map(({ sequence }) => sequence)).toEqual(predictions.map((_, i) => i))
  expect(new Set(predictions.map(({ id }) => id)).size).toBe(FLIGHTS)
  expect(predictions).toHaveLength(FLIGHTS)
  const swaps = models.filter(({ kind }) => kind === 'promoted' || kind === 'rolled_back')
  expect(swaps.map(({ requestedBy }) => requestedBy)).toEqual(swapIds())
  expect(signals).toEqual([])
  expect(models.filter(({ kind }) => kind === 'trained').map(({ modelVersion }) => modelVersion)).toEqual(
    Array.from({ length: 10 }, (_, i) => `v0.${i + 1}`),
  )
  expect(models.map(({ sequence }) => sequence)).toEqual(models.map((_, i) => i))

  expectFiles(loop, models, task)
  const undisturbed = await loop.undisturbed()
  expect(Object.fromEntries(await loop.published())).toEqual(Object.fromEntries(undisturbed.outputs))
  expect(stateDifference(task.recovered.state.learning.parts(), undisturbed.parts)).toBeUndefined()
})

/** The file that tells of each version in the race and of the latest that left it is there, and hardly more. */
function expectFiles(loop: CrashingLoop, models: readonly ModelRecord[], task: Task): void {
  const { learning } = task.recovered.state
  const files = loop.modelFiles()
  const present = new Set(heldModels(learning).present)
  const trained = models.filter(({ kind }) => kind === 'trained').map(({ modelVersion }) => modelVersion)
  const lately = trained.filter((version) => !present.has(version)).slice(-2)
  for (const version of [...present, ...lately]) {
    const { blob, digest } = models.findLast((one) => one.modelVersion === version && one.blob !== null) as never
    const file = files.get(blob) as Uint8Array
    expect(createHash('sha256').update(file).digest('hex')).toBe(digest)
    const { header, learner } = decodeModelFile(file)
    expect(header.version).toBe(version)
    const { columns } = learning.rows.schema
    const airports = header.columns.find(({ name }) => name === 'origin')?.categories
    expect(airports).toEqual(airports?.map((_, i) => learning.rows.category(1, i + 1)))
    expect(airports?.toSorted()).toEqual(['ATL', 'BOS', 'DFW', 'JFK', 'LAX', 'ORD', 'SEA'])
    expect(learnerOf(header).build({ columns }, header.target, learner).save()).toEqual(learner)
  }
  expect(files.size).toBeLessThanOrEqual(2 * present.size + 2 * lately.length + 4) // some wait for the next collection
  expect(models.filter(({ blob }) => blob !== null).length).toBeGreaterThan(100)
}

/** All commands but those that ask for a retrain, each once and in order. */
function swapIds(): string[] {
  return Array.from({ length: SWAPS * 1.1 }, (_, i) => `c-${i}`).filter((_, i) => i % 11 !== 0)
}
