import type { EventField } from '../codec/event-schema.ts'
import type { Problem } from '../learners/learner.ts'
import type { CommittedFigures } from '../telemetry/committed-figures.ts'
import type { ProjectionFigures } from '../telemetry/projection-figures.ts'
import type { PublishedTopic } from './published-topic.ts'

/** Where a stream's task is in its life. `stalled`: it runs, and waits for what it can't go on without. `paused`: it runs, and takes nothing but commands. `joining`, `standby`: it is not this process's. */
export interface StreamPhase {
  readonly phase:
    | 'joining'
    | 'standby'
    | 'starting'
    | 'replaying'
    | 'running'
    | 'stalled'
    | 'paused'
    | 'restarting'
    | 'stopped'
    | 'failed'
  /** What it waits for or what ended it, in a sentence without its full stop; empty while it is running. */
  readonly reason: string
}

/** A topic that a stream reads. */
export interface StreamInput {
  readonly name: string
  readonly topic: string
  readonly format: 'avro' | 'json'
  /** Names of the fields that join, and that say when it happened. */
  readonly key: string
  readonly time: string
  readonly fields: readonly EventField[]
}

/** A partition of an input, and how far it is committed. */
export interface PartitionStatus {
  readonly topic: string
  readonly partition: number
  readonly start: number
  readonly end: number
  /** Offset after what is committed; null before the first commit. */
  readonly position: number | null
  readonly lag: number | null
}

export interface AppendOptions {
  /** Append what is good and report the rest. */
  readonly partial: boolean
  /** The records' timestamps: `now`, the `event` time of each, or milliseconds since 1970. */
  readonly timestamp: 'now' | 'event' | number
}

/** One thing that is wrong with a record that was turned down. */
export interface RejectedInput {
  readonly index: number
  /** Null where the record as a whole is wrong. */
  readonly field: string | null
  readonly wrong: string
  /** What was given, where it is no object or array; of a long text the beginning. */
  readonly value?: string | number | boolean | null
  /** What would be right: values, or words. */
  readonly allowed?: unknown
}

export interface AppendReport {
  readonly appended: number
  /** All that is wrong, record by record. */
  readonly rejected: readonly RejectedInput[]
}

/** What is asked of a stream. */
export interface StreamCommand {
  readonly command: 'promote' | 'roll_back' | 'retrain' | 'pause' | 'resume'
  /** Made up where it is left out; the same id is carried out once. */
  readonly id?: string
  readonly modelVersion?: string
  readonly task?: number
  readonly sender?: string
  readonly reason?: string
}

/** A topic of a stream that the API shows. */
export type PublishedKind = 'predictions' | 'signals' | 'models'

/** A stream as the API sees it: nothing in it is shown before it is committed. */
export interface StreamView {
  readonly name: string
  readonly problem: Problem
  readonly inputs: readonly StreamInput[]
  phase(): StreamPhase
  /** Undefined until a task has recovered. */
  figures(): CommittedFigures | undefined
  /** Of writing to Redis; undefined where that is not asked for. */
  projection(): ProjectionFigures | undefined
  partitions(): Promise<readonly PartitionStatus[]>
  topic(kind: PublishedKind): PublishedTopic
  /** Throws MILLRACE_API_UNKNOWN_INPUT, and MILLRACE_API_RECORDS when a record is bad and `partial` is not set. */
  append(input: string, records: readonly unknown[], options: AppendOptions): Promise<AppendReport>
  /** Writes the command to the stream's control topic and gives its id. Throws MILLRACE_API_COMMAND. */
  command(command: StreamCommand): Promise<string>
}
