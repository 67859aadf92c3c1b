import { setImmediate as nextTurn } from 'node:timers/promises'
import { MillraceError } from '../errors.ts'
import { applyDecision } from './apply-decision.ts'
import type { Computation } from './computation.ts'
import { guardsOf } from './guards.ts'
import type { JournalRecord } from './journal-record.ts'
import type { LoadedState } from './load-state.ts'
import { type OutputEncoders, OutputWriter } from './output-writer.ts'
import type { TaskOptions } from './task-options.ts'
import type { TaskState } from './task-state.ts'

/** What a transaction is computed again with. */
export interface Replaying {
  readonly options: TaskOptions
  readonly state: TaskState
  readonly computation: Computation
  readonly encoders: OutputEncoders
  readonly outputPartitions: number
  /** What was committed before this transaction was left behind by a fork: it is not as it comes out here. */
  readonly fork?: LoadedState['fork']
  /** Told of each transaction, once it has been computed again and compared, while `writer` still holds its outputs. */
  readonly onReplayed?: (record: JournalRecord, writer: OutputWriter) => void
}

/** Computes committed transactions again, one after the other, emitting nothing, and compares the hash of each. */
export class Replayer {
  private readonly parts: Replaying
  private readonly writer: OutputWriter
  private readonly place: string

  constructor(parts: Replaying) {
    const { options, state, encoders, outputPartitions } = parts
    this.parts = parts
    this.place = `task ${options.task} of stream '${options.graph.name}'`
    this.writer = new OutputWriter(state.learning, encoders, options.task, state.sequences, outputPartitions)
  }

  /** Throws MILLRACE_TASK_DIVERGED. */
  async replay(record: JournalRecord): Promise<void> {
    const { writer } = this
    const { options, state, onReplayed, fork } = this.parts
    const { incarnation, code, seq } = record
    const isLeft = fork !== undefined && seq < fork.seq
    if (seq === fork?.seq) state.learning.race.fork()
    state.learning.race.files.owner = isLeft ? undefined : { incarnation, code } // nobody keeps what is not put out
    for (const decision of record.decisions) {
      const output = await applyDecision(decision, state, options.blobs)
      if (output !== undefined) writer.writeEvents(output)
    }
    for (const to of record.segments) await this.compute(record, to)
    const { hash } = guardsOf(options.guards)
    const comparable = code === options.code && !isLeft && record.outputs !== '' && hash // what other code put out can't be expected after a fork
    if (comparable && writer.hash() !== record.outputs) throw this.diverged(record, 'its outputs come out different')
    if (code !== options.code || isLeft) state.resumeSequences(record.sequences)
    onReplayed?.(record, writer)
    writer.clear()
  }

  private async compute(record: JournalRecord, to: readonly number[]): Promise<void> {
    const { options, computation } = this.parts
    const pause = options.pause ?? nextTurn
    computation.beginSegment()
    for (;;) {
      const stop = computation.step(this.writer, to, false)
      if (stop === 'bounds') break
      if (stop === 'segment') throw this.diverged(record, 'its input is in another order than it was')
      if (stop === 'wait') await computation.change(Number.POSITIVE_INFINITY)
      else await pause()
    }
    computation.passTo(to)
  }

  private diverged(record: JournalRecord, what: string): MillraceError {
    return new MillraceError(
      'MILLRACE_TASK_DIVERGED',
      `${this.place}, transaction ${record.seq}`,
      `replayed, ${what}`,
      'Something in the stream does not follow from its inputs alone: run `millrace check` to find it; the committed outputs are as they were',
    )
  }
}
