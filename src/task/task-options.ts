import type { EventDecoder } from '../codec/event-decoder.ts'
import type { SchemaRegistry } from '../codec/schema-registry.ts'
import type { Clock } from '../log/clock.ts'
import type { Log } from '../log/log.ts'
import type { ModelEvent, StreamSignal } from '../operators/graph-output.ts'
import type { LearningState } from '../operators/learning-state.ts'
import type { OutgoingBatch } from '../log/outgoing-batch.ts'
import type { Graph } from '../stream/graph.ts'
import type { BlobStore } from '../store/store.ts'
import type { Guards } from './guards.ts'
import type { JournalRecord } from './journal-record.ts'

/** What a task runs on and how. */
export interface TaskOptions {
  /** Names this installation: transactional ids begin with it. */
  readonly application: string
  readonly graph: Graph
  /** Number of the task; 0 for a stream with one model. */
  readonly task: number
  readonly log: Log
  readonly blobs: BlobStore
  /** The folder of `blobs` when it is a file store: then a worker thread writes snapshots. */
  readonly blobFolder?: string
  readonly registry: SchemaRegistry
  /** Makes the decoder of an input. */
  readonly decoder: (input: number) => EventDecoder
  /** What code and definition this is: a change of it is never silent. */
  readonly code: string
  readonly clock: Clock
  /** A transaction is committed this long after its first row. Default 100 ms. */
  readonly commitIntervalMs?: number
  /** Rows in a micro-batch at the most. Default 2,048. */
  readonly batchRows?: number
  /** Whether a snapshot is due, after so many rows and milliseconds of CPU time since the last. Default: 2 s of CPU time. */
  readonly snapshotDue?: (rows: number, computingMs: number) => boolean
  /** Lets other work go on between micro-batches. Default: the next turn of the event loop. */
  readonly pause?: () => Promise<void>
  /** How many versions of models that have left the race keep their files: so many that served, and as many that did not. 0 to 100, default 10. */
  readonly keepModels?: number
  /** Accepts that this code is not what made the journal's unreplayed tail: state is as of the newest snapshot and the tail is computed anew. */
  readonly fork?: boolean
  /** After a change of the stream: rebuilds what begins anew from the log, since this time ('beginning', '30d', a date), instead of beginning empty. */
  readonly rebuild?: string
  /** Number of the assignment that gave this process the task: a start in an older one than the journal's is refused. Default 0. */
  readonly generation?: number
  /** For the simulator only: which of the engine's checks are off. */
  readonly guards?: Partial<Guards>
  /** Told of each transaction once it is computed, before it is committed; of those that a start or a standby replays, too. */
  readonly onComputed?: (transaction: ComputedTransaction) => void
  /** Told of each commit, and of the progress of a replay. */
  readonly onCommit?: (record: JournalRecord, facts: CommitFacts) => void
  readonly onReplay?: (progress: { readonly done: number; readonly total: number }) => void
  /** Told of each snapshot once it is written. */
  readonly onSnapshot?: (facts: SnapshotFacts) => void
  /** Told of what went wrong and was got over, such as a snapshot that could not be written. */
  readonly onTrouble?: (error: unknown) => void
}

/** What a transaction gave, and the state after it: to be read during the call only. */
export interface ComputedTransaction {
  readonly seq: number
  /** Of the task that computes it now; of a standby's, of the task that committed it. */
  readonly incarnation: number
  /** Whether it is committed already: it was replayed. */
  readonly isCommitted: boolean
  /** Predictions by partition, with their keys, encoded. */
  readonly predictions: readonly OutgoingBatch[]
  readonly learning: LearningState
}

export interface CommitFacts {
  readonly predictions: number
  readonly rows: number
  /** Of what kinds its signals and model events are, in order. */
  readonly signals: readonly StreamSignal['kind'][]
  readonly models: readonly ModelEvent['kind'][]
  /** From the first row's computing to the commit's acknowledgement, ms. */
  readonly latencyMs: number
}

export interface SnapshotFacts {
  /** Number of the transaction after which it was taken. */
  readonly seq: number
  /** How long the task stood still while what had changed was copied. */
  readonly pauseMs: number
  /** Bytes copied, and of the whole state. */
  readonly bytes: number
  readonly stateBytes: number
  /** How long the worker took to write them. */
  readonly writeMs: number
}
