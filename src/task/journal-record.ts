import { decodeBinary, encodeBinary } from '../stats/binary-format.ts'
import type { Decision } from './decision.ts'
import type { SnapshotReference } from './snapshot-manifest.ts'

/** A snapshot that the journal knows of, and from which offset of the journal the records after it are to be read. */
export interface RegisteredSnapshot extends SnapshotReference {
  readonly journalOffset: number
}

/**
 * What the journal keeps of a transaction: everything that, with the input log, makes its outputs and state again.
 * Offsets are by partition, in the order of `partitions`; a segment is the pure merge by arrival of the ranges between
 * its predecessor's ends and its own.
 */
export interface JournalRecord {
  /** Number of the transaction, gapless from 0. */
  readonly seq: number
  /** Which start of the task wrote it, from 1. */
  readonly incarnation: number
  /** The assignment in which that start was made. */
  readonly generation: number
  /** `topic/partition`, in the order in which ties are broken. */
  readonly partitions: readonly string[]
  /** Where the transaction begins. */
  readonly from: readonly number[]
  /** Where each segment ends; none for a record without input. */
  readonly segments: readonly (readonly number[])[]
  /** Taken before the first row. */
  readonly decisions: readonly Decision[]
  /** Writer schemas first met in this transaction: id to digest, null for an id that the registry does not have. */
  readonly schemas: Readonly<Record<string, string | null>>
  /** How many outputs of each kind the task has numbered, these included. */
  readonly sequences: readonly number[]
  /** SHA-256 over the outputs' keys, timestamps and payloads without schema ids. */
  readonly outputs: string
  /** What code and definition made the outputs. */
  readonly code: string
  /** The newest registered snapshots, newest first, two at the most. */
  readonly snapshots: readonly RegisteredSnapshot[]
}

/** Where a record's input ends. */
export function endOf(record: JournalRecord): readonly number[] {
  return record.segments.length === 0 ? record.from : record.segments[record.segments.length - 1]
}

/** A journal record in the binary format. */
export function encodeJournalRecord(record: JournalRecord): Uint8Array {
  return encodeBinary('journal-record', { ...record }, {})
}

/** Reads a journal record back. Throws MILLRACE_STATS_BINARY. */
export function decodeJournalRecord(bytes: Uint8Array): JournalRecord {
  return decodeBinary('journal-record', bytes).header as unknown as JournalRecord
}
