import { createHash } from 'node:crypto'
import { gaussianNaiveBayes } from 'millrace'
import { expect, it } from 'vitest'
import { inlineTrainer } from '../../src/lifecycle/inline-trainer.ts'
import { Retrainer, type RetrainerOptions } from '../../src/lifecycle/retrainer.ts'
import { decodeModelFile } from '../../src/models/model-file.ts'
import type { LearningState } from '../../src/operators/learning-state.ts'
import { MemoryBlobStore } from '../../src/store/memory-blob-store.ts'
import type { Graph } from '../../src/stream/graph.ts'
import type { Decision } from '../../src/task/decision.ts'
import { onDrift, raceGraph, turningVisits } from '../operators/race-stream.ts'
import { Run } from '../operators/run-graph.ts'
import { restored } from '../operators/state-bytes.ts'

const graph = raceGraph({ retrain: onDrift })
const dying = new URL('./dying-worker.ts', import.meta.url)

/** A state whose job has its rows pinned. */
function readyState(of: Graph = graph): LearningState {
  const { state } = new Run(of).takeCut(turningVisits(14_000, [8000]), [500])
  expect(state.race.readyJob?.job.id).toBe('r0.1')
  return state
}

/** A retrainer with what it decided, and a promise of the next decision. */
function retrainerWith(options: Partial<RetrainerOptions> = {}) {
  const decisions: Decision[] = []
  const troubles: unknown[] = []
  let heard = Promise.withResolvers<void>()
  const blobs = options.blobs ?? new MemoryBlobStore()
  const hear = (): void => {
    heard.resolve()
    heard = Promise.withResolvers<void>()
  }
  const retrainer = new Retrainer({
    blobs,
    onDecision: (decision) => {
      decisions.push(decision)
      hear()
    },
    onTrouble: (error) => {
      troubles.push(error)
      hear()
    },
    ...options,
  })
  return { retrainer, blobs, decisions, troubles, next: () => heard.promise }
}

it('trains in a thread what training here gives, once, and names its blob', async () => {
  const state = readyState()
  state.race.files.owner = { incarnation: 3, code: 'code' }
  const { retrainer, blobs, decisions, next } = retrainerWith()
  const heard = next()
  for (let i = 0; i < 5; i++) retrainer.attend(state) // after each commit
  await heard
  retrainer.attend(state) // the decision is on its way to the journal
  const ready = state.race.readyJob as NonNullable<typeof state.race.readyJob>
  const expected = inlineTrainer(state)(ready.job, ready.rows)
  const [{ blob, digest }] = decisions as unknown as [{ blob: string; digest: string }]
  expect(decisions).toEqual([{ kind: 'trained', job: 'r0.1', blob, digest, numbers: expected.numbers }])
  expect(blob).toBe(`${graph.name}-0-3-v0.1-${digest}.model`)
  const file = (await blobs.get(blob)) as Uint8Array
  expect(createHash('sha256').update(file).digest('hex')).toBe(digest)
  const { header, learner } = decodeModelFile(file)
  expect(learner).toEqual(expected.model)
  const { job, rows } = ready
  const pinned = rows.length / (state.rows.schema.columns.length + 1)
  expect(header).toMatchObject({
    stream: graph.name,
    version: 'v0.1',
    parent: 'v0.0',
    algorithm: graph.model.model.algorithm,
    written: 'trained',
    job: 'r0.1',
    reason: job.reason,
    code: 'code',
    numbers: expected.numbers,
    labels: { first: job.pinned.labels - pinned, end: job.pinned.labels },
  })
  expect(pinned).toBeGreaterThan(1000)
  expect(job.pinned.labels).toBeGreaterThanOrEqual(pinned)
  await retrainer.close()
})

it('leaves the rows of the task as they are while it trains', async () => {
  const state = readyState()
  const before = state.race.readyJob?.rows.slice()
  const { retrainer, next } = retrainerWith()
  const heard = next()
  retrainer.attend(state)
  expect(state.race.readyJob?.rows).toEqual(before)
  await heard
  expect(state.race.readyJob?.rows).toEqual(before)
  await retrainer.close()
})

it('after a crash trains the same model from the pinned rows of the state that was loaded', async () => {
  const state = readyState()
  const first = retrainerWith()
  first.retrainer.attend(state)
  await first.retrainer.close() // in the midst of it
  expect(first.decisions).toEqual([])
  const again = retrainerWith()
  const heard = again.next()
  again.retrainer.attend(restored(graph, state))
  await heard
  const ready = state.race.readyJob as NonNullable<typeof state.race.readyJob>
  const { model } = inlineTrainer(state)(ready.job, ready.rows)
  expect(again.decisions).toMatchObject([{ kind: 'trained', job: 'r0.1' }])
  const [{ blob }] = again.decisions as unknown as [{ blob: string }]
  expect(decodeModelFile((await again.blobs.get(blob)) as Uint8Array).learner).toEqual(model)
  expect(first.decisions).toEqual([])
  expect(first.troubles).toEqual([])
  await again.retrainer.close()
})

it('tries a job again when its thread has died, and gives it up after three times', async () => {
  const state = readyState()
  const { retrainer, decisions, troubles, next } = retrainerWith({ worker: dying })
  for (let died = 1; died <= 3; died++) {
    const heard = next()
    retrainer.attend(state)
    retrainer.attend(state)
    await heard
    expect(troubles).toHaveLength(died)
    expect(troubles[died - 1]).toMatchObject({
      code: 'MILLRACE_LIFECYCLE_WORKER',
      message: expect.stringContaining('code 3'),
    })
    expect(decisions).toHaveLength(died < 3 ? 0 : 1)
  }
  expect(decisions).toMatchObject([{ kind: 'failed', job: 'r0.1', reason: expect.stringContaining('after 3 tries') }])
  retrainer.attend(state) // until the task has heard of it
  expect(troubles).toHaveLength(3)
  await retrainer.close()
})

it('tries a job again when its model could not be kept', async () => {
  const state = readyState()
  const blobs = new MemoryBlobStore()
  const put = blobs.put.bind(blobs)
  let refusals = 1
  blobs.put = (name, bytes) => (refusals-- > 0 ? Promise.reject(new Error('disk full')) : put(name, bytes))
  const { retrainer, decisions, troubles, next } = retrainerWith({ blobs, inline: true })
  const heard = next()
  retrainer.attend(state)
  await heard
  expect(troubles).toMatchObject([{ message: 'disk full' }])
  const better = next()
  retrainer.attend(state)
  await better
  expect(decisions).toMatchObject([{ kind: 'trained', job: 'r0.1' }])
})

it('says at once that a model of no known algorithm cannot be trained', async () => {
  const model = { ...gaussianNaiveBayes(), algorithm: 'crystal-ball' }
  const strange = { ...graph, model: { ...graph.model, model } }
  const state = readyState(strange)
  for (const inline of [false, true]) {
    const { retrainer, decisions, next } = retrainerWith({ inline })
    const heard = next()
    retrainer.attend(state)
    await heard
    expect(decisions).toMatchObject([{ kind: 'failed', reason: expect.stringContaining('crystal-ball') }])
    await retrainer.close()
  }
})
