import { expect, it } from 'vitest'
import { decodeModelFile } from '../../src/models/model-file.ts'
import { modelFileName } from '../../src/models/model-file-name.ts'
import { LearningState } from '../../src/operators/learning-state.ts'
import type { ModelRace } from '../../src/operators/model-race.ts'
import type { Retrained } from '../../src/operators/retrain-requests.ts'
import { MemoryBlobStore } from '../../src/store/memory-blob-store.ts'
import { collectModels } from '../../src/task/collect-models.ts'
import { heldModels } from '../../src/task/held-models.ts'
import { onDrift, raceGraph, roles, turningVisits } from './race-stream.ts'
import { Run } from './run-graph.ts'

const graph = raceGraph({ retrain: onDrift, gate: { promote: 'manual' } })

/** Notes a file of a version, and keeps it in the store too. */
async function note(state: LearningState, blobs: MemoryBlobStore, version: string, served = false): Promise<string> {
  const digest = `${version.slice(1).replaceAll('.', '')}${Number(served)}`.padStart(64, '0')
  const blob = modelFileName('race', 0, { incarnation: 1, version, digest })
  await blobs.put(blob, new Uint8Array(1))
  state.race.files.note({ version, blob, served })
  return blob
}

it('the files of a model at work are remembered, however many came since', async () => {
  const state = new LearningState(graph)
  const blobs = new MemoryBlobStore()
  const first = await note(state, blobs, 'v0.0', true) // it serves from here on
  for (let job = 1; job <= 500; job++) await note(state, blobs, `v0.${job}`)
  expect(state.race.files.list).toHaveLength(200)
  await collectModels(blobs, { stream: 'race', task: 0, incarnation: 2, keep: 10, journal: [], ...heldModels(state) })
  const left = await blobs.list('race-0-')
  expect(left).toContain(first)
  expect(left).toHaveLength(11)
})

it('are forgotten in their order where all are of models at work', () => {
  const state = new LearningState(graph)
  for (let n = 0; n < 250; n++) state.race.files.note({ version: 'v0.0', blob: String(n), served: true })
  expect(state.race.files.list.map(({ blob }) => Number(blob))).toEqual(Array.from({ length: 200 }, (_, i) => i + 50))
})

/** A run with a retrained model on trial, whose task keeps files. */
function withTrial(): Run {
  const run = new Run(graph).takeCut(turningVisits(6000), [500])
  run.state.race.files.owner = { incarnation: 3, code: 'one' }
  decide(run, (race, nowMs, predicted) => race.request('please', 'me', 1000, nowMs, predicted))
  run.takeCut(turningVisits(12_000).slice(6000), [500])
  decide(run, (race, nowMs, predicted) => race.trained(resultOf(run), nowMs, predicted))
  return run
}

function resultOf(run: Run): Retrained {
  const job = run.state.race.readyJob?.job.id as string
  const model = run.state.models.build(0).save()
  return { job, model, blob: `${job}.model`, digest: job, numbers: {}, reason: '' }
}

function decide(run: Run, what: (race: ModelRace, nowMs: number, predicted: number) => void) {
  const { models, files } = run.state.decide(what)
  return { events: [...models], files: [...files] }
}

it('the first champion, of which there is no file, leaves one when it leaves the race', () => {
  const run = withTrial()
  decide(run, (race, nowMs, predicted) => race.promote('v0.1', 'better', 'me', nowMs, predicted))
  expect(roles(run.state)).toEqual({ 'v0.0': 'former', 'v0.1': 'champion' })
  expect(run.state.race.files.has('v0.0')).toBe(false)
  const leaving = run.state.models.slots[0]?.learner.save()
  const labels = run.state.count('learned')
  decide(run, (race, nowMs, predicted) => race.request('again', 'me', 1000, nowMs, predicted))
  run.takeCut(turningVisits(18_000).slice(12_000), [500])
  decide(run, (race, nowMs, predicted) => race.trained(resultOf(run), nowMs, predicted))
  const { events, files } = decide(run, (race, nowMs, at) => race.promote('v0.2', 'better yet', 'me', nowMs, at))
  const retired = events.find(({ kind }) => kind === 'retired')
  expect(retired).toMatchObject({
    version: 'v0.0',
    parent: null,
    reason: expect.stringContaining('another was promoted'),
  })
  const file = files.find(({ name }) => name === retired?.blob)
  const { header, learner } = decodeModelFile(file?.bytes as Uint8Array)
  expect(header).toMatchObject({ version: 'v0.0', parent: null, written: 'retired', labels: { first: 0 }, job: null })
  expect(header.labels.end).toBe(run.state.count('learned'))
  expect(header.labels.end).toBeGreaterThan(labels)
  expect(learner).not.toEqual(leaving) // it has learned on in shadow
  expect(run.state.race.files.list.at(-1)).toEqual({ version: 'v0.0', blob: retired?.blob, served: true })
})

it('a retrained model that leaves has its file already', () => {
  const run = withTrial()
  decide(run, (race, nowMs, predicted) => race.request('again', 'me', 1000, nowMs, predicted))
  run.takeCut(turningVisits(18_000).slice(12_000), [500])
  const { events, files } = decide(run, (race, nowMs, predicted) => race.trained(resultOf(run), nowMs, predicted))
  expect(events[0]).toMatchObject({ kind: 'retired', version: 'v0.1', blob: null })
  expect(files).toEqual([])
})

it('the parent of a retrained model is the champion whose rows and knowledge it was given, whoever serves by then', () => {
  const withChallenger = raceGraph({ retrain: onDrift, hasChallenger: true })
  const run = new Run(withChallenger).takeCut(turningVisits(6000), [500])
  decide(run, (race, nowMs, predicted) => race.request('please', 'me', 1000, nowMs, predicted))
  run.takeCut(turningVisits(12_000).slice(6000), [500])
  decide(run, (race, nowMs, predicted) => race.promote('v0.0-c1', 'to try', 'me', nowMs, predicted))
  const { events } = decide(run, (race, nowMs, predicted) => race.trained(resultOf(run), nowMs, predicted))
  expect(events.map(({ kind, version, parent }) => [kind, version, parent])).toEqual([
    ['trained', 'v0.1', 'v0.0'],
    ['challenger', 'v0.1', 'v0.0'],
  ])
})
