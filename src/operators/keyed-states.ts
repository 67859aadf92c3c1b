import { KeyTable } from '../features/key-table.ts'
import type { RunningFeature } from '../features/keyed-feature.ts'
import type { Stateful, StatePart } from '../stats/state-region.ts'
import { columnDefinition, eventsDefinition } from '../stream/definition.ts'
import type { ColumnReference, Graph, KeyedNode } from '../stream/graph.ts'
import type { InputColumns } from '../stream/input-columns.ts'
import { RecordView } from '../stream/record-view.ts'
import { labelDefinition } from '../stream/label-definition.ts'
import { onOneLine } from '../stream/on-one-line.ts'
import { columnOf } from './column-of.ts'
import { Dictionary } from './dictionary.ts'
import { FoldState } from './fold-state.ts'
import { hashOfText } from './hash-of-text.ts'
import { knownSlots } from './known-slots.ts'
import type { TouchedKeys } from './touched-keys.ts'
import { writeKey } from './write-key.ts'

const MAX_KEYS = 1_000_000
const MAX_BYTES = 2 ** 29 // of all features of a key together: fewer keys where each holds much
const CATEGORIES = 1024

/** The keys and keyed features of a graph: looks up a row's keys, feeds rows and labels in, reads features out. */
export class KeyedStates {
  readonly tables: readonly KeyTable[]
  /** For `top`: the strings behind the codes, by node. */
  readonly categories: readonly (Dictionary | undefined)[]
  /** Notes which keys are fed, where somebody wants to know; no part of the state. */
  touched: TouchedKeys | undefined
  private readonly graph: Graph
  private readonly classes: Dictionary | undefined
  private readonly features: readonly (RunningFeature | undefined)[]
  private readonly folds: readonly (FoldState | undefined)[]
  private readonly views: readonly RecordView[]
  private readonly maxKeys: readonly number[]
  /** The row's slot for each key, valid where `stamps` equals `stamp`. */
  private readonly slots: Int32Array
  private readonly stamps: Float64Array
  private stamp = 0
  /** Slots of each key that its features have room for. */
  private readonly room: Int32Array

  /** `classes`: what the classes of a multiclass label are called. */
  constructor(graph: Graph, classes: Dictionary | undefined) {
    this.graph = graph
    this.classes = classes
    this.views = graph.inputs.map((input) => new RecordView(input.fields))
    this.features = graph.keyed.map((node) => node.feature?.build())
    this.folds = graph.keyed.map(({ fold, path }) => (fold === undefined ? undefined : new FoldState(fold, path)))
    this.maxKeys = graph.keys.map((_, key) => this.bound(key))
    this.tables = graph.keys.map(
      ({ ttlMs }, key) => new KeyTable({ maxKeys: this.maxKeys[key], ttlMs: Math.max(1, ttlMs) }),
    )
    this.categories = graph.keyed.map(({ rank, events }) =>
      rank === 0 ? undefined : events < 0 ? classes : new Dictionary(CATEGORIES),
    )
    this.slots = new Int32Array(graph.keys.length)
    this.stamps = new Float64Array(graph.keys.length).fill(-1)
    this.room = new Int32Array(graph.keys.length)
    this.tables.forEach((table, key) => table.onFree((slot) => this.clear(key, slot)))
  }

  /** Begins a row: forgets the slots of the one before. */
  begin(): void {
    this.stamp++
  }

  /** The slot of the row's key, added when new; -1 where a part of the key is missing. */
  slotOf(key: number, columns: InputColumns, row: number, nowMs: number): number {
    if (this.stamps[key] === this.stamp) return this.slots[key]
    const table = this.tables[key]
    const { size } = table
    const slot = writeKey(table, this.graph.keys[key].parts, columns, row) ? table.findOrAdd(nowMs) : -1
    if (table.size > size) {
      if (slot >= this.room[key]) this.makeRoom(key)
      table.sweep(nowMs) // as keys come, so they go
    }
    this.stamps[key] = this.stamp
    this.slots[key] = slot
    return slot
  }

  /** What a node says of a row. Event-fed nodes read at event time, label-fed ones at arrival. Throws ArrowFailure. */
  read(node: number, columns: InputColumns, row: number, eventMs: number, nowMs: number): number {
    const { key, events, divisor, rank } = this.graph.keyed[node]
    const slot = this.slotOf(key, columns, row, nowMs)
    const timeMs = events < 0 ? nowMs : eventMs
    const feature = this.features[node]
    if (feature === undefined) {
      const record = this.views[this.graph.keys[key].input].of(columns, row)
      return (this.folds[node] as FoldState).read(slot, record, timeMs)
    }
    const value = feature.read(slot, timeMs)
    if (rank > 0) return value === value ? value : 0
    return divisor === 1 ? value : value / divisor
  }

  /** What a feature says of a key as of a time, NaN where it has nothing to say, as also of a fold, which reads an event, too. */
  readAt(node: number, slot: number, timeMs: number): number {
    const value = this.features[node]?.read(slot, timeMs) ?? Number.NaN
    return value / this.graph.keyed[node].divisor
  }

  /** Computes what a fold's state becomes with this row, for `feed`. Throws ArrowFailure; nothing has changed then. */
  stepFold(node: number, columns: InputColumns, row: number, eventMs: number, nowMs: number): void {
    const fold = this.folds[node]
    if (fold === undefined) return
    const { key, events } = this.graph.keyed[node]
    const slot = this.slotOf(key, columns, row, nowMs)
    if (slot >= 0) fold.step(slot, this.views[this.graph.events[events].input].of(columns, row), eventMs)
  }

  /** Feeds one row of events to a node, a fold with what `stepFold` computed. Returns false when it came too late for the node's window. */
  feed(node: number, columns: InputColumns, row: number, eventMs: number, nowMs: number): boolean {
    const plan = this.graph.keyed[node]
    const slot = this.slotOf(plan.key, columns, row, nowMs)
    if (slot < 0) return true
    const { touched } = this
    if (touched !== undefined) {
      touched.touch(plan.key, slot)
      if (eventMs > touched.newestEventMs) touched.newestEventMs = eventMs
    }
    const feature = this.features[node]
    if (feature === undefined) {
      ;(this.folds[node] as FoldState).commit(slot, eventMs)
      return true
    }
    const value = this.valueOf(plan, node, columns, row)
    return value === value ? feature.update(slot, eventMs, value) : true // a missing value feeds nothing
  }

  /** Feeds a label to a node that labels feed, by arrival. Throws ArrowFailure, the fold's state unchanged. */
  feedLabel(node: number, slot: number, label: number, nowMs: number): boolean {
    const feature = this.features[node]
    this.tables[this.graph.keyed[node].key].use(slot, nowMs) // by a label, that may come long after its event
    this.touched?.touch(this.graph.keyed[node].key, slot)
    // As a category a class is its code, where 0 is unknown.
    if (feature !== undefined) return feature.update(slot, nowMs, this.graph.keyed[node].rank > 0 ? label + 1 : label)
    const { problem } = this.graph.label
    const value = problem === 'binary' ? label === 1 : problem === 'multiclass' ? this.classes?.text(label + 1) : label
    const fold = this.folds[node] as FoldState
    fold.step(slot, value, nowMs)
    fold.commit(slot, nowMs)
    return true
  }

  /** Frees a few keys of one table that have not been used for long; called once a row with the row's number. */
  sweep(turn: number, nowMs: number): void {
    if (this.tables.length > 0) this.tables[(turn >>> 0) % this.tables.length].sweep(nowMs)
  }

  /** What decides which slot a row has in a key's table: rows kept from before a change of the stream fit if it is the same. */
  keyDefinition(key: number): string {
    return JSON.stringify(this.graph.keys[key].parts.map((part) => columnDefinition(this.graph, part)))
  }

  /** What decides a node's state, and the codes of its categories. */
  nodeDefinition(node: number): string {
    const { graph } = this
    const { events } = graph.keyed[node]
    return this.definitionOf(node, events < 0 ? labelDefinition(graph) : eventsDefinition(graph, events))
  }

  /** What decides what a node says: its state, and how that is read. */
  valueDefinition(node: number): string {
    const { fold, divisor, rank } = this.graph.keyed[node]
    const read = [
      ...(fold === undefined ? [] : [onOneLine(String(fold.read))]),
      ...(divisor === 1 ? [] : [`by ${divisor}`]),
      ...(rank > 1 ? [`rank ${rank}`] : []),
    ]
    return [this.nodeDefinition(node), ...read].join(', ')
  }

  /** Frees what the nodes of a key hold in slots that have no key in another table. */
  clearStrangers(key: number, table: KeyTable): void {
    const known = knownSlots(table)
    for (let slot = 0; slot < this.tables[key].slots; slot++) if (known[slot] !== 1) this.clear(key, slot)
  }

  /** Every piece of state, under its path and with its definition. */
  parts(): StatePart[] {
    const parts = this.graph.keys.map(
      ({ path }, key): StatePart => ({ path, definition: this.keyDefinition(key), state: this.tables[key] }),
    )
    this.graph.keyed.forEach(({ path, events }, i) => {
      const definition = this.nodeDefinition(i)
      const asSavedBefore = (saved: string): string | undefined =>
        events < 0 && saved === this.definitionOf(i, this.graph.label.problem)
          ? 'as an earlier release saved it'
          : undefined
      const state = (this.features[i] ?? this.folds[i]) as Stateful
      parts.push({ path, definition, state, carries: asSavedBefore })
      const categories = this.categories[i]
      if (categories !== undefined && events >= 0)
        parts.push({ path: `${path}.categories`, definition, state: categories })
    })
    return parts
  }

  /** After a snapshot was loaded: makes room as the tables say. */
  loaded(): void {
    for (let key = 0; key < this.tables.length; key++) this.makeRoom(key)
  }

  private definitionOf(node: number, fed: string): string {
    const { graph } = this
    const { feature, fold, value, key } = graph.keyed[node]
    const what =
      feature === undefined ? [String(fold?.init), String(fold?.step)] : [feature.feature, feature.parameters]
    const column = value.column && columnDefinition(graph, value.column)
    return JSON.stringify([graph.keys[key].path, this.keyDefinition(key), fed, value.as, column, ...what])
  }

  private valueOf(plan: KeyedNode, node: number, columns: InputColumns, row: number): number {
    if (plan.value.as === 'one') return 1
    const column = columnOf(columns, plan.value.column as ColumnReference)
    if (!column.isText) return column.values[row]
    const start = column.starts[row]
    if (start < 0) return Number.NaN
    if (plan.value.as === 'hash') return hashOfText(column.bytes, start, column.ends[row])
    const code = (this.categories[node] as Dictionary).code(column.bytes, start, column.ends[row])
    return code === 0 ? Number.NaN : code
  }

  /** The most keys that are held at once. */
  private bound(key: number): number {
    let bytes = 1
    this.graph.keyed.forEach((node, i) => {
      if (node.key === key) bytes += this.features[i]?.bytesPerKey ?? 0
    })
    return Math.max(1024, Math.min(MAX_KEYS, Math.floor(MAX_BYTES / bytes)))
  }

  private makeRoom(key: number): void {
    // A function of the table alone: so a state that was loaded is as long as one that grew.
    const { slots: used } = this.tables[key]
    if (used === 0) return
    const slots = Math.max(64, 2 ** (32 - Math.clz32(used - 1)))
    this.room[key] = slots
    this.graph.keyed.forEach((node, i) => {
      if (node.key !== key) return
      this.features[i]?.ensure(slots)
      this.folds[i]?.ensure(slots)
    })
  }

  private clear(key: number, slot: number): void {
    const { keyed } = this.graph
    for (let i = 0; i < keyed.length; i++) {
      if (keyed[i].key !== key) continue
      this.features[i]?.clear(slot)
      this.folds[i]?.clear(slot)
    }
  }
}
