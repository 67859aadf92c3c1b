import type { Graph } from '../stream/graph.ts'

/**
 * Where a waiting row keeps what: the row as it was predicted on, what each model and baseline said, and what its label
 * will need. All offsets in doubles.
 */
export interface PendingLayout {
  readonly width: number
  /** Doubles kept of a prediction: P(true) alone for binary, else all outputs. */
  readonly kept: number
  readonly row: number
  /** Predictions of the model slots, one after the other. */
  readonly slots: number
  /** Predictions of the baselines: prior, last label, then the graph's. */
  readonly baselines: number
  readonly eventTime: number
  readonly arrival: number
  readonly deadline: number
  /** How many rows had been predicted before this one. */
  readonly sequence: number
  /** What was served, beside the places of the slots: it outlives a change of them. */
  readonly served: number
  /** Which slot was champion; -1 for one that the stream has no more. */
  readonly servedBy: number
  /** The latest label known when it was predicted; NaN for none. */
  readonly last: number
  /** Of the same record: the label that comes later. After a first label that may be corrected: 1, else NaN. */
  readonly label: number
  /** Slots of the keys that labels feed: the event's keys as they were. */
  readonly labelKeys: number
  /** Which keys those are, in order. */
  readonly keys: readonly number[]
}

/** The layout for a graph with so many model slots and baselines. */
export function pendingLayout(graph: Graph, slots: number, baselines: number, outputs: number): PendingLayout {
  const kept = graph.label.problem === 'binary' ? 1 : outputs
  const keys = [...new Set(graph.keyed.flatMap((node) => (node.events < 0 ? [node.key] : [])))]
  let width = 0
  const take = (doubles: number): number => {
    width += doubles
    return width - doubles
  }
  const layout = {
    kept,
    row: take(graph.model.columns.length),
    slots: take(slots * kept),
    baselines: take(baselines * kept),
    eventTime: take(1),
    arrival: take(1),
    deadline: take(1),
    sequence: take(1),
    served: take(kept),
    servedBy: take(1),
    last: take(1),
    label: take(1),
    labelKeys: take(keys.length),
    keys,
  }
  return { ...layout, width }
}
