import type { RecordBatch } from '../log/record-batch.ts'
import type { InputColumns } from '../stream/input-columns.ts'
import type { AvroSchema } from './avro-schema.ts'

/** Turns the values of records into rows of columns. */
export interface EventDecoder {
  /**
   * Appends a row for each of the records `from ... to - 1`, with the record's timestamp as its arrival, and gives the
   * index after the last record taken. That is `to`, unless the next record's writer schema is not known yet: then
   * `unresolved` is its id, the caller looks that up, calls `define`, and goes on at the index returned.
   * Whatever is wrong with a record's bytes rejects its row, with a cause; nothing throws.
   */
  decode(batch: RecordBatch, from: number, to: number, columns: InputColumns): number
  /** The id of the writer schema that stopped `decode`; -1 when nothing did. */
  readonly unresolved: number
  /**
   * Says what a schema id stands for; undefined: the registry says definitely that it has none, and the id's records are
   * rejected. Gives the cause with which records of that id will be rejected, undefined when they can be read.
   */
  define(id: number, writer: AvroSchema | undefined): string | undefined
}

/** Bounds of decoders. */
export interface DecoderOptions {
  /** Larger values are rejected; default 1 MiB. */
  readonly maxMessageBytes?: number
}

export const defaultMaxMessageBytes = 1_048_576
