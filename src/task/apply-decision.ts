import { createHash } from 'node:crypto'
import { MillraceError } from '../errors.ts'
import { decodeModelFile } from '../models/model-file.ts'
import type { GraphOutput } from '../operators/graph-output.ts'
import type { BlobStore } from '../store/store.ts'
import type { Decision } from './decision.ts'
import type { TaskState } from './task-state.ts'

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

function applyCommand(decision: Extract<Decision, { kind: 'command' }>, state: TaskState): GraphOutput | undefined {
  if (!state.control.take(decision)) return undefined // seen before
  const { learning } = state
  const { command, id, version, reason } = decision
  if (command === 'pause' || command === 'resume') return undefined
  let done = true
  const output = learning.decide((race, nowMs, predicted) => {
    if (command === 'promote') done = race.promote(version ?? '', reason, id, nowMs, predicted)
    else if (command === 'roll_back') done = race.rollBack(reason, id, nowMs, predicted)
    else {
      const why = reason === '' ? 'somebody asked for it' : reason
      done = race.request(why, id, Number.POSITIVE_INFINITY, nowMs, predicted)
    }
  })
  if (!done) {
    const versions = learning.models.slots.flatMap((slot) => (slot === undefined ? [] : [slot.version]))
    const wrong =
      command === 'promote'
        ? `there is no version '${version}' to promote`
        : command === 'roll_back'
          ? 'there is no champion before to roll back to'
          : learning.race.ring === undefined
            ? 'the stream does not say how to retrain'
            : 'a retrain job is at work, and goes first: ask again when it has ended'
    output.signals.push({
      kind: 'warning',
      source: 'control',
      time: learning.count('nowMs'),
      modelVersion: learning.models.serving.version,
      evidence: undefined,
      detail: `command ${id}: ${wrong}; the versions are ${versions.join(', ')}`,
    })
  }
  return output
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
