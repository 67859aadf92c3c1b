import { createHash } from 'node:crypto'
import type { AvroEncoder } from '../codec/avro-encoder.ts'
import { OutgoingBatchBuilder } from '../log/outgoing-batch-builder.ts'
import { partitionOfKey } from '../log/partition-of-key.ts'
import type { GraphOutput, ModelEvent, ModelBlob, StreamSignal } from '../operators/graph-output.ts'
import type { LearningState } from '../operators/learning-state.ts'
import type { Pages } from '../stats/pages.ts'
import type { Batch } from '../stream/batch.ts'
import type { InputColumns } from '../stream/input-columns.ts'
import type { StringColumn } from '../stream/string-column.ts'
import { deadLetterRecord, type RejectedRecord } from './dead-letter-record.ts'

/** The encoders of a task's output topics, made with schema id 0; `ids` holds what the registry gave. */
export interface OutputEncoders {
  readonly predictions: AvroEncoder
  readonly signals: AvroEncoder
  readonly models: AvroEncoder
  readonly deadLetters: AvroEncoder
  readonly ids: {
    readonly predictions: number
    readonly signals: number
    readonly models: number
    readonly deadLetters: number
  }
}

/** Numbers given to a task's outputs so far: state of the task. */
export const SEQUENCES = { predictions: 0, signals: 1, models: 2, deadLetters: 3, count: 4 } as const

/**
 * Encodes what a graph puts out into the batches of one transaction. The hash over them is that of the decoded content:
 * schema ids are left zero until `seal`, for another registry would give others.
 */
export class OutputWriter {
  /** Model files that the batches name: to be durable before these are committed. */
  readonly files: ModelBlob[] = []
  /** Of what kinds the signals and model events in the batches are. */
  readonly kinds: { readonly signals: StreamSignal['kind'][]; readonly models: ModelEvent['kind'][] } = {
    signals: [],
    models: [],
  }
  private readonly state: LearningState
  private readonly encoders: OutputEncoders
  private readonly task: number
  private readonly sequences: Pages<Float64Array>
  readonly predictions: readonly OutgoingBatchBuilder[]
  private readonly signals: OutgoingBatchBuilder
  private readonly models: OutgoingBatchBuilder
  private readonly deadLetters: OutgoingBatchBuilder

  constructor(
    state: LearningState,
    encoders: OutputEncoders,
    task: number,
    sequences: Pages<Float64Array>,
    partitions: number,
  ) {
    const { name } = state.graph
    this.state = state
    this.encoders = encoders
    this.task = task
    this.sequences = sequences
    this.predictions = Array.from(
      { length: partitions },
      (_, p) => new OutgoingBatchBuilder(`${name}.predictions`, p, 64),
    )
    this.signals = new OutgoingBatchBuilder(`${name}.signals`, 0, 8)
    this.models = new OutgoingBatchBuilder(`${name}.models`, 0, 8)
    this.deadLetters = new OutgoingBatchBuilder(`${name}.dead-letters`, 0, 8)
  }

  /** Adds the output of one micro-batch; `recordOf` finds the record behind a rejected row. */
  write(output: GraphOutput, batch: Batch, recordOf: (input: number, row: number) => RejectedRecord): void {
    this.writePredictions(output, batch)
    this.writeEvents(output)
    for (const { input, row, cause, stage } of output.deadLetters) {
      const record = recordOf(input, row)
      const builder = this.deadLetters
      builder.add(record.timestamp)
      if (record.key !== null) builder.setKey(record.key)
      this.encoders.deadLetters.record(
        builder,
        deadLetterRecord(record, { cause, stage }, this.task, this.number(SEQUENCES.deadLetters)),
      )
    }
  }

  /** Adds the signals and model events of an output, which may come without rows. */
  writeEvents(output: GraphOutput): void {
    for (const signal of output.signals) this.writeSignal(signal)
    for (const event of output.models) this.writeModelEvent(event)
    for (const file of output.files) this.files.push(file)
  }

  /** All batches that hold records. */
  batches(): OutgoingBatchBuilder[] {
    return [...this.predictions, this.signals, this.models, this.deadLetters].filter((builder) => builder.count > 0)
  }

  /** Predictions in this transaction. */
  get predictionCount(): number {
    let count = 0
    for (const builder of this.predictions) count += builder.count
    return count
  }

  /** Bytes in this transaction. */
  get bytes(): number {
    let bytes = this.deadLetters.used + this.signals.used + this.models.used
    for (const builder of this.predictions) bytes += builder.used
    return bytes
  }

  /** SHA-256 over all keys, timestamps and payloads, in the order of topics and partitions. */
  hash(): string {
    const hash = createHash('sha256')
    for (const builder of this.batches()) {
      hash.update(`${builder.topic}/${builder.partition}/${builder.count}\n`)
      hash.update(builder.bytes.subarray(0, builder.used))
      hash.update(bytesOf(builder.timestamps, builder.count))
      hash.update(bytesOf(builder.valueStarts, builder.count))
    }
    return hash.digest('hex')
  }

  /** Writes the schema ids, after which the batches may be sent. */
  seal(): void {
    const { ids } = this.encoders
    for (const builder of this.predictions) sealIds(builder, ids.predictions)
    sealIds(this.signals, ids.signals)
    sealIds(this.models, ids.models)
    sealIds(this.deadLetters, ids.deadLetters)
  }

  clear(): void {
    for (const builder of this.predictions) builder.clear()
    this.signals.clear()
    this.models.clear()
    this.deadLetters.clear()
    this.files.length = 0
    this.kinds.signals.length = 0
    this.kinds.models.length = 0
  }

  private writePredictions(output: GraphOutput, batch: Batch): void {
    const { graph } = this.state
    const { input } = graph.events[graph.label.events]
    const columns = batch.inputs[input]
    const { key: keyIndex, fields } = graph.inputs[input]
    const textKey = fields[keyIndex].type === 'string'
    const { predictions } = this
    const encoder = this.encoders.predictions
    const { problem } = graph.label
    for (let i = 0; i < output.count; i++) {
      const key = textKey
        ? this.keyBytes(columns, keyIndex, output.row[i])
        : numberKey(columns, keyIndex, output.row[i])
      const builder = predictions[partitionOfKey(key.bytes, key.start, key.end, predictions.length)]
      builder.add(Math.max(0, output.arrival[i])) // a log's timestamps begin in 1970
      builder.setKey(key.bytes, key.start, key.end)
      encoder.begin(builder)
      encoder.bytes(key.bytes, key.start, key.end)
      encoder.number(output.eventTime[i])
      encoder.text(output.versions[output.version[i]])
      const at = i * output.outputs
      if (problem === 'multiclass') this.writeClasses(output, at)
      else {
        encoder.number(output.values[at + output.outputs - 1])
        encoder.null()
        encoder.null()
      }
      encoder.null()
      encoder.null()
      encoder.number(this.task)
      encoder.number(this.number(SEQUENCES.predictions))
      encoder.end()
    }
  }

  private writeClasses(output: GraphOutput, at: number): void {
    const encoder = this.encoders.predictions
    const { classes } = this.state
    const names: string[] = []
    let best = 0
    for (let c = 0; c < output.outputs; c++) {
      const name = classes?.text(c + 1)
      if (name === undefined) break
      names.push(name)
      if (output.values[at + c] > output.values[at + best]) best = c
    }
    encoder.number(output.values[at + best])
    if (names.length === 0) encoder.null()
    else encoder.text(names[best])
    encoder.numbersByName(names, output.values, at)
  }

  private writeSignal(signal: StreamSignal): void {
    const builder = this.signals
    this.kinds.signals.push(signal.kind)
    builder.add(Math.max(0, signal.time))
    builder.setKeyText(signal.source)
    const { evidence } = signal
    this.encoders.signals.record(builder, {
      kind: signal.kind === 'data-quality' || signal.kind === 'late' ? 'data_quality' : signal.kind,
      path: signal.source,
      eventTime: signal.time,
      detector: signal.source === 'drift.loss' ? (this.state.graph.model.drift.loss?.algorithm ?? '') : signal.source,
      modelVersion: signal.modelVersion,
      statistic: evidence?.statistic ?? null,
      threshold: evidence?.threshold ?? null,
      evidence: evidence === undefined ? {} : { before: evidence.before, after: evidence.after, since: evidence.since },
      message: signal.detail,
      task: this.task,
      sequence: this.number(SEQUENCES.signals),
    })
  }

  private writeModelEvent(event: ModelEvent): void {
    const builder = this.models
    this.kinds.models.push(event.kind)
    builder.add(Math.max(0, event.time))
    builder.setKeyText(event.version)
    this.encoders.models.record(builder, {
      kind: event.kind,
      modelVersion: event.version,
      parent: event.parent,
      eventTime: event.time,
      algorithm: event.algorithm,
      reason: event.reason,
      requestedBy: event.requestedBy,
      numbers: event.numbers,
      blob: event.blob,
      digest: event.digest,
      task: this.task,
      sequence: this.number(SEQUENCES.models),
    })
  }

  private number(sequence: number): number {
    this.sequences.touch(sequence)
    return this.sequences.values[sequence]++
  }

  private keyBytes(
    columns: InputColumns,
    field: number,
    row: number,
  ): { bytes: Uint8Array; start: number; end: number } {
    const column = columns.fields[field] as StringColumn
    scratch.bytes = column.bytes
    scratch.start = column.starts[row]
    scratch.end = column.ends[row]
    return scratch
  }
}

const scratch: { bytes: Uint8Array; start: number; end: number } = { bytes: new Uint8Array(0), start: 0, end: 0 }

function numberKey(
  columns: InputColumns,
  field: number,
  row: number,
): { bytes: Uint8Array; start: number; end: number } {
  const bytes = Buffer.from(String((columns.fields[field] as { values: Float64Array }).values[row]))
  return { bytes, start: 0, end: bytes.length }
}

function bytesOf(array: Float64Array | Int32Array, count: number): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, count * array.BYTES_PER_ELEMENT)
}

function sealIds(builder: OutgoingBatchBuilder, id: number): void {
  const { bytes, valueStarts, count } = builder
  for (let i = 0; i < count; i++) {
    const at = valueStarts[i]
    bytes[at + 1] = id >>> 24
    bytes[at + 2] = id >>> 16
    bytes[at + 3] = id >>> 8
    bytes[at + 4] = id
  }
}
