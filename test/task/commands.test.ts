import { expect, it } from 'vitest'
import { MemoryBlobStore } from '../../src/store/memory-blob-store.ts'
import { applyDecision } from '../../src/task/apply-decision.ts'
import { SchemaBook } from '../../src/task/schema-book.ts'
import { TaskState } from '../../src/task/task-state.ts'
import { onDrift, raceGraph, turningVisits } from '../operators/race-stream.ts'
import { Run } from '../operators/run-graph.ts'
import { newRegistry } from './flight-log.ts'

/** A task that has learned, and what commands to it give. */
function commanded(retrain = true) {
  const run = new Run(raceGraph(retrain ? { retrain: onDrift } : {})).takeCut(turningVisits(8000), [500])
  const blobs = new MemoryBlobStore()
  const state = new TaskState(run.state, [], new SchemaBook(newRegistry(), blobs, []))
  let offset = 0
  return async (command: 'promote' | 'roll_back' | 'retrain') => {
    const id = `c${offset}`
    const decision = { kind: 'command', command, id, offset: offset++, version: 'v0.9', reason: '' } as const
    const output = await applyDecision(decision, state, blobs)
    return { models: output?.models.map(({ kind }) => kind), details: output?.signals.map(({ detail }) => detail) }
  }
}

it('a retrain while a job is at work is answered with a warning that says so', async () => {
  const command = commanded()
  expect(await command('retrain')).toEqual({ models: ['requested'], details: [] })
  const { models, details } = await command('retrain')
  expect(models).toEqual([])
  expect(details).toEqual([
    'command c1: a retrain job is at work, and goes first: ask again when it has ended; the versions are v0.0',
  ])
})

it('what cannot be done is answered with a warning that names the versions there are', async () => {
  const command = commanded(false)
  const wrong = async (which: 'promote' | 'roll_back' | 'retrain') => (await command(which)).details?.[0]
  expect(await wrong('promote')).toBe(`command c0: there is no version 'v0.9' to promote; the versions are v0.0`)
  expect(await wrong('roll_back')).toBe(
    'command c1: there is no champion before to roll back to; the versions are v0.0',
  )
  expect(await wrong('retrain')).toBe('command c2: the stream does not say how to retrain; the versions are v0.0')
})
