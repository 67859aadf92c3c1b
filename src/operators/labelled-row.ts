import type { ColumnReference, Graph } from '../stream/graph.ts'
import type { InputColumns } from '../stream/input-columns.ts'
import type { LabelValue } from './label-value.ts'
import { KeyState, type PendingRows } from './pending-rows.ts'
import { writeKey } from './write-key.ts'

/** What of a row at hand concerns labels: its key and the label that it carries, looked up before anything changes. */
export class LabelledRow {
  columns: InputColumns = undefined as never
  input = 0
  row = 0
  nowMs = 0
  /** The slot of its key; -1 where no key is needed. */
  key = -1
  isLabel = false
  /** The label that it carries, or its own where that is in the same record. */
  label = Number.NaN
  /** Where the label's arrow wants the event: the label for each row that waits. */
  readonly joined: number[] = []
  private readonly value: LabelValue
  private readonly pending: PendingRows
  private readonly sameRecord: boolean
  private readonly keyParts: readonly (readonly ColumnReference[])[]

  constructor(graph: Graph, value: LabelValue, pending: PendingRows) {
    this.value = value
    this.pending = pending
    this.sameRecord = graph.label.sameRecord
    this.keyParts = graph.inputs.map(({ key }, input) => [{ input, source: 'field', index: key }])
  }

  /** Looks at a row that is predicted on or may carry a label. Returns why it can't be used, or undefined. Throws ArrowFailure. */
  prepare(
    columns: InputColumns,
    input: number,
    row: number,
    nowMs: number,
    predicts: boolean,
    labels: boolean,
  ): string | undefined {
    const { value, pending } = this
    this.columns = columns
    this.input = input
    this.row = row
    this.nowMs = nowMs
    this.key = -1
    this.label = labels || this.sameRecord ? value.ofRow(columns, row) : Number.NaN
    this.isLabel = labels && (value.joined || this.label === this.label)
    if (this.sameRecord || !(predicts || this.isLabel)) return undefined
    writeKey(pending.keys, this.keyParts[input], columns, row)
    const { size } = pending.keys
    this.key = pending.keys.findOrAdd(nowMs)
    if (pending.keys.size > size) pending.keys.sweep(nowMs) // as keys come, so they go
    if (this.key < 0) return 'its key is longer than 1,000 bytes, or too many keys wait for labels'
    if (this.isLabel && value.joined) this.computeJoined()
    return undefined
  }

  private computeJoined(): void {
    const { joined, pending, value } = this
    joined.length = 0
    if (pending.state(this.key, this.nowMs) !== KeyState.waiting) return
    for (let row = pending.firstOfKey(this.key); row >= 0; row = pending.nextOfKey(row)) {
      joined.push(value.ofBoth(this.columns, this.row, row))
    }
  }
}
