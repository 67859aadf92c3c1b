import { createHash } from 'node:crypto'
import { MillraceError } from '../errors.ts'
import { decodeModelFile } from '../models/model-file.ts'
import type { GraphOutput } from '../operators/graph-output.ts'
import type { LearningState } from '../operators/learning-state.ts'
import type { ModelRace } from '../operators/model-race.ts'
import type { BlobStore } from '../store/store.ts'
import type { Decision } from './decision.ts'
import type { TaskState } from './task-state.ts'

type Command = Extract<Decision, { kind: 'command' }>

/**
 * Makes a decision take effect on a task's state, live and in every replay alike. Gives what it put out, or undefined.
 * Throws MILLRACE_TASK_MODEL_LOST where the model it names is gone or changed.
 */
export async function applyDecision(
  decision: Decision,
  state: TaskState,
  blobs: BlobStore,
): Promise<GraphOutput | undefined> {
  const { learning } = state
  if (decision.kind === 'trained') {
    const model = await modelOf(decision, blobs)
    const { job, blob, digest, numbers } = decision
    return learning.decide((race, nowMs, predicted) =>
      race.trained({ job, model, blob, digest, numbers, reason: '' }, nowMs, predicted),
    )
  }
  if (decision.kind === 'failed') {
    const { job, reason } = decision
    return learning.decide((race, nowMs, predicted) =>
      race.trained({ job, model: undefined, blob: null, digest: null, numbers: {}, reason }, nowMs, predicted),
    )
  }
  if (decision.kind === 'time') return learning.decide(() => learning.advance(decision.toMs))
  if (decision.kind === 'skip') state.control.skips.push(decision)
  return decision.kind === 'command' ? applyCommand(decision, state) : undefined
}

/** What can't be done is answered with a warning, also where it throws: the command is taken all the same, or every start would end at it. */
function applyCommand(decision: Command, state: TaskState): GraphOutput | undefined {
  if (!state.control.take(decision)) return undefined // seen before
  const { learning } = state
  const { command, id } = decision
  if (command === 'pause' || command === 'resume') return undefined
  let wrong: string | undefined
  try {
    learning.decide((race, nowMs, predicted) => {
      if (!obey(decision, race, nowMs, predicted))
        wrong = `${whyNot(decision, learning)}; the versions are ${versionsOf(learning)}`
    })
  } catch (error) {
    wrong = `it failed (${error instanceof Error ? error.message : String(error)})`
  }
  const { output } = learning
  if (wrong !== undefined) {
    output.signals.push({
      kind: 'warning',
      source: 'control',
      time: learning.count('nowMs') || (decision.sentAtMs ?? 0), // before the first record the stream has no time of its own
      modelVersion: learning.models.serving.version,
      evidence: undefined,
      detail: `command ${id}: ${wrong}`,
    })
  }
  return output
}

/** False where there is nothing to promote, to go back to, or to retrain. */
function obey({ command, id, version, reason }: Command, race: ModelRace, nowMs: number, predicted: number): boolean {
  if (command === 'promote') return race.promote(version ?? '', reason, id, nowMs, predicted)
  if (command === 'roll_back') return race.rollBack(reason, id, nowMs, predicted)
  const why = reason === '' ? 'somebody asked for it' : reason
  return race.request(why, id, Number.POSITIVE_INFINITY, nowMs, predicted)
}

function whyNot({ command, version }: Command, { race }: LearningState): string {
  if (command === 'promote') return `there is no version '${version}' to promote`
  if (command === 'roll_back') return 'there is no champion before to roll back to'
  if (race.ring === undefined) return 'the stream does not say how to retrain'
  return 'a retrain job is at work, and goes first: ask again when it has ended'
}

function versionsOf({ models }: LearningState): string {
  return models.slots.flatMap((slot) => (slot === undefined ? [] : [slot.version])).join(', ')
}

async function modelOf(
  { blob, digest, job }: Extract<Decision, { kind: 'trained' }>,
  blobs: BlobStore,
): Promise<Uint8Array> {
  const bytes = await blobs.get(blob)
  if (bytes !== undefined && createHash('sha256').update(bytes).digest('hex') === digest) {
    return decodeModelFile(bytes).learner
  }
  throw new MillraceError(
    'MILLRACE_TASK_MODEL_LOST',
    `model ${blob} of retrain job ${job}`,
    bytes === undefined ? 'the blob is gone' : 'the blob has changed',
    'Restore the blobs folder from a copy, or begin anew with millrace reset',
  )
}
