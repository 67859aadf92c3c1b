import { RecordWriter } from '../../src/backtest/record-writer.ts'
import { BatchBuilder } from '../../src/operators/batch-builder.ts'
import { ColumnStage } from '../../src/operators/column-stage.ts'
import type { GraphOutput, ModelEvent, StreamSignal } from '../../src/operators/graph-output.ts'
import { LearningState } from '../../src/operators/learning-state.ts'
import type { Graph } from '../../src/stream/graph.ts'
import type { Arrived } from './visits.ts'

/** What a run over records gave. */
export class Run {
  readonly state: LearningState
  /** One line for each prediction: record number, event time, arrival, version, values. */
  readonly predictions: (readonly [number, number, number, string, ...number[]])[] = []
  readonly deadLetters: { readonly record: number; readonly cause: string }[] = []
  readonly signals: StreamSignal[] = []
  readonly models: ModelEvent[] = []
  private readonly stage: ColumnStage
  private readonly builder: BatchBuilder
  private readonly writers: readonly RecordWriter[]
  private readonly graph: Graph
  /** The record behind each row of the batch, by input. */
  private readonly origins: number[][]
  private taken = 0

  constructor(graph: Graph, state = new LearningState(graph)) {
    this.graph = graph
    this.state = state
    this.stage = new ColumnStage(graph)
    this.builder = new BatchBuilder(graph, 4)
    this.writers = graph.inputs.map((input) => new RecordWriter(input.fields))
    this.origins = graph.inputs.map(() => [])
  }

  /** Takes the records as one micro-batch. */
  take(records: readonly Arrived[]): this {
    const { batch } = this.builder
    this.builder.clear()
    for (const rows of this.origins) rows.length = 0
    for (const { input: name, record, arrival } of records) {
      const input = this.graph.inputs.findIndex((candidate) => candidate.name === name)
      const columns = batch.inputs[input]
      const row = columns.add(arrival, 0, this.taken)
      this.writers[input].write(columns, row, record)
      this.origins[input][row] = this.taken++
      this.builder.push(input)
    }
    this.stage.apply(batch)
    this.collect(this.state.step(batch))
    return this
  }

  /** Takes the records cut into micro-batches of these sizes, again and again. */
  takeCut(records: readonly Arrived[], sizes: readonly number[]): this {
    for (let from = 0, i = 0; from < records.length; i++) {
      const size = sizes[i % sizes.length]
      this.take(records.slice(from, from + size))
      from += size
    }
    return this
  }

  /** The rows that wait for labels, oldest first, as they were predicted on. */
  waitingRows(): number[][] {
    const { pending, layout, rows } = this.state
    const waiting: number[][] = []
    const links = pending.regions().links as unknown as { values: Int32Array }
    for (let row = pending.oldest; row >= 0; row = links.values[row * 4 + 2]) {
      const at = row * layout.width + layout.row
      waiting.push([...pending.rows.values.subarray(at, at + rows.schema.columns.length)])
    }
    return waiting
  }

  /** P(true) or the value of each prediction. */
  get values(): number[] {
    return this.predictions.map((prediction) => prediction.at(-1) as number)
  }

  private collect(output: GraphOutput): void {
    const { input } = this.graph.events[this.graph.label.events]
    for (let i = 0; i < output.count; i++) {
      const values = output.values.subarray(i * output.outputs, (i + 1) * output.outputs)
      const version = output.versions[output.version[i]]
      const record = this.origins[input][output.row[i]]
      this.predictions.push([record, output.eventTime[i], output.arrival[i], version, ...values])
    }
    for (const { input: of, row, cause } of output.deadLetters) {
      this.deadLetters.push({ record: this.origins[of][row], cause })
    }
    this.signals.push(...output.signals)
    this.models.push(...output.models)
  }
}

/** Runs a graph over records, each a micro-batch of its own unless told otherwise. */
export function runGraph(graph: Graph, records: readonly Arrived[], sizes: readonly number[] = [1]): Run {
  return new Run(graph).takeCut(records, sizes)
}
