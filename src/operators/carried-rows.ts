import type { Stateful, StateRegion } from '../stats/state-region.ts'
import type { Graph } from '../stream/graph.ts'
import type { KeyedStates } from './keyed-states.ts'
import type { ModelSlots } from './model-slots.ts'
import { columnPlaces, type NamedColumn } from './named-column.ts'
import type { PendingLayout } from './pending-layout.ts'
import type { PendingRows } from './pending-rows.ts'
import { savedColumns } from './saved-columns.ts'

/** What the doubles of a waiting row mean, by names that outlive a change of the stream. */
interface RowDescription {
  readonly layout: PendingLayout
  readonly columns: readonly NamedColumn[]
  readonly slots: number
  readonly baselines: readonly string[]
  /** Definitions of the keys that labels feed. */
  readonly keys: readonly string[]
}

const SCALARS = ['eventTime', 'arrival', 'deadline', 'sequence', 'last', 'label'] as const

/**
 * The waiting rows as a part of the state that outlives a change of the stream: saved with the names of what they keep,
 * and laid out anew where the stream has other features, models or baselines now. So no event loses its label because a
 * feature was added; a feature that is new is missing in the rows that were predicted without it.
 */
export class CarriedRows implements Stateful {
  private readonly pending: PendingRows
  private readonly keyed: KeyedStates
  private readonly graph: Graph
  private readonly models: ModelSlots
  private readonly own: RowDescription
  private saved: RowDescription | undefined
  /** Columns that the rows were loaded without: they are missing in them. */
  newColumns: readonly number[] = []

  constructor(
    graph: Graph,
    pending: PendingRows,
    keyed: KeyedStates,
    layout: PendingLayout,
    models: ModelSlots,
    baselines: readonly string[],
  ) {
    this.models = models
    this.graph = graph
    this.pending = pending
    this.keyed = keyed
    const { columns, slots } = models
    this.own = {
      layout,
      columns,
      slots: slots.length,
      baselines,
      keys: layout.keys.map((key) => keyed.keyDefinition(key)),
    }
  }

  regions(): Readonly<Record<string, StateRegion>> {
    const save = (): Uint8Array => new TextEncoder().encode(JSON.stringify(this.own))
    const load = (bytes: Uint8Array): void => {
      const saved = JSON.parse(new TextDecoder().decode(bytes)) as RowDescription
      this.saved = { ...saved, columns: savedColumns(saved.columns) }
    }
    return { ...this.pending.regions(), description: { save, load } }
  }

  loaded(): void {
    const { saved, own, pending } = this
    if (saved !== undefined && JSON.stringify(saved) !== JSON.stringify(own)) {
      const places = columnPlaces(saved.columns, own.columns)
      this.newColumns = places.flatMap((place, i) => (place < 0 ? [i] : []))
      pending.layOut(saved.layout.width, (from, at, to, into) => this.move(saved, places, from, at, to, into))
    }
    this.saved = undefined
    pending.loaded()
  }

  private move(
    saved: RowDescription,
    places: readonly number[],
    from: Float64Array,
    at: number,
    to: Float64Array,
    into: number,
  ): void {
    const { own } = this
    const { slotBefore } = this.models
    const { layout } = own
    const { kept } = layout
    own.columns.forEach(({ kind }, i) => {
      const none = kind === 'category' ? 0 : Number.NaN
      to[into + layout.row + i] = places[i] < 0 ? none : from[at + saved.layout.row + places[i]]
    })
    for (let s = 0; s < own.slots; s++) {
      const slot = slotBefore === undefined ? s : slotBefore[s]
      const before = slot >= 0 && slot < saved.slots ? at + saved.layout.slots + slot * kept : -1
      for (let o = 0; o < kept; o++) to[into + layout.slots + s * kept + o] = before < 0 ? Number.NaN : from[before + o]
    }
    own.baselines.forEach((name, b) => {
      const before = saved.baselines.indexOf(name)
      for (let o = 0; o < kept; o++) {
        to[into + layout.baselines + b * kept + o] =
          before < 0 ? Number.NaN : from[at + saved.layout.baselines + before * kept + o]
      }
    })
    for (const scalar of SCALARS) to[into + layout[scalar]] = from[at + saved.layout[scalar]]
    for (let o = 0; o < kept; o++) to[into + layout.served + o] = from[at + saved.layout.served + o]
    const servedBy = from[at + saved.layout.servedBy]
    const serving = slotBefore === undefined ? servedBy : slotBefore.indexOf(servedBy)
    to[into + layout.servedBy] = servedBy < 0 || serving >= own.slots ? -1 : serving
    own.keys.forEach((definition, k) => {
      const before = saved.keys.indexOf(definition)
      to[into + layout.labelKeys + k] = before < 0 ? -1 : from[at + saved.layout.labelKeys + before]
    })
    saved.keys.forEach((definition, k) => {
      const slot = from[at + saved.layout.labelKeys + k]
      const isSame = (_: unknown, key: number): boolean => this.keyed.keyDefinition(key) === definition
      const table = own.keys.includes(definition) ? -1 : this.graph.keys.findIndex(isSame)
      if (table >= 0 && slot >= 0) this.keyed.tables[table].release(slot) // labels feed this key no more
    })
  }
}
