import { setImmediate as nextTurn } from 'node:timers/promises'
import { MillraceError } from '../errors.ts'
import { MemoryLog } from '../log/memory-log.ts'
import { endOf, type JournalRecord } from '../task/journal-record.ts'
import { startTask } from '../task/start-task.ts'
import { type Execution, executeJournal } from './execute-journal.ts'
import { isTaken } from './is-taken.ts'
import { MemoryProcess } from './memory-process.ts'
import type { SimulatedWorld } from './simulated-world.ts'
import { stateDifference } from './state-digest.ts'
import { partitionBatches } from './partition-batches.ts'
import { recordText } from './record-text.ts'

/** What is wrong with how a simulated run ended; undefined when nothing is. */
export async function simulationVerdict(world: SimulatedWorld): Promise<string | undefined> {
  const { latest, history, harness, broker } = world
  const { end } = latest
  if (end?.how === 'failed') {
    const refused = refusal(world, end.error)
    if (refused !== undefined) return refused
  }
  const broken = history.violation()
  if (broken !== undefined) return broken
  const { records } = history
  const last = records.at(-1)
  if (last === undefined) return end?.how === 'stopped' ? 'it ended without a journal' : undefined
  const { task } = latest
  const isWhole = end?.how === 'stopped' && task !== undefined
  if (isWhole && !isTaken(broker, harness, endOf(last))) return `input was left: it ended at ${endOf(last).join()}`
  const executed = await executeJournal(harness, broker, records)
  const wrong = await outputsDiffer(world, executed)
  if (wrong !== undefined) return `not what its journal says: ${wrong}`
  if (!isWhole) return undefined
  const { learning } = task.recovered.state
  const state = stateDifference(learning.parts(), executed.parts)
  if (state !== undefined) return `not the state that its journal says: ${state}`
  const ofBacklog = await backlogDiffers(world, records)
  return ofBacklog ?? (await reloadDiffers(world, executed))
}

/** Only what was damaged may be a reason to give up. */
function refusal({ faults }: SimulatedWorld, error: unknown): string | undefined {
  if (!(error instanceof MillraceError)) return error instanceof Error ? (error.stack ?? error.message) : String(error)
  const isExpected =
    (error.code === 'MILLRACE_TASK_DIVERGED' && faults.mutation !== undefined) ||
    (error.code === 'MILLRACE_TASK_UNRECOVERABLE' &&
      (faults.corruption !== undefined || faults.trimming !== undefined)) ||
    (error.code === 'MILLRACE_LOG_OUT_OF_RANGE' && faults.trimming !== undefined)
  return isExpected ? undefined : `it gave up: ${error.stack}`
}

/** Without producers beside it a task's order follows from the log alone: the pure merge of all there is. */
async function backlogDiffers(world: SimulatedWorld, records: readonly JournalRecord[]): Promise<string | undefined> {
  const decided = records.some(({ decisions }) => decisions.some(({ kind }) => kind === 'skip'))
  if (world.plan.live || decided) return undefined
  const whole = { ...records[0], segments: [endOf(records[records.length - 1])], decisions: [] }
  const wrong = await outputsDiffer(world, await executeJournal(world.harness, world.broker, [whole]))
  return wrong === undefined ? undefined : `not the order of arrival: ${wrong}`
}

/** A start from the last snapshot has the same state and nothing to replay. */
async function reloadDiffers(world: SimulatedWorld, executed: Execution): Promise<string | undefined> {
  const process = new MemoryProcess(world.broker, world.blobs, world.clock, () => nextTurn())
  let replayed = 0
  const options = { ...world.taskOptions(process, world.latest.generation), guards: undefined }
  if (world.faults.corruption !== undefined) return undefined
  const task = await startTask({ ...options, onReplay: ({ total }) => (replayed = total) })
  const wrong = stateDifference(task.recovered.state.learning.parts(), executed.parts)
  task.stop()
  await task.run()
  if (wrong !== undefined) return `after a clean stop and start: ${wrong}`
  return replayed <= 1 ? undefined : `after a clean stop ${replayed} transactions were to be replayed`
}

async function outputsDiffer({ broker, harness }: SimulatedWorld, { outputs }: Execution): Promise<string | undefined> {
  const log = new MemoryLog({ broker })
  for (const topic of ['predictions', 'signals', 'models', 'dead-letters'].map(
    (own) => `${harness.graph.name}.${own}`,
  )) {
    const { partitions } = (await log.topics()).find(({ name }) => name === topic) ?? { partitions: 0 }
    for (let partition = 0; partition < partitions; partition++) {
      const found = (await partitionBatches(log, { topic, partition })).flatMap((batch) =>
        Array.from({ length: batch.count }, (_, i) => recordText(batch, i)),
      )
      const expected = outputs.get(`${topic}/${partition}`) ?? []
      const at = found.findIndex((text, i) => text !== expected[i])
      const place = `${topic}/${partition}`
      if (at >= 0) return `${place}, record ${at} is ${found[at]}, expected ${expected[at] ?? 'none'}`
      if (found.length < expected.length) return `${place} has ${found.length} records, expected ${expected.length}`
    }
  }
  return undefined
}
