import type { Detector } from '../drift/detector.ts'
import type { KeyedFeature } from '../features/keyed-feature.ts'
import type { Learner, Problem } from '../learners/learner.ts'
import type { Action, Json } from './events.ts'
import type { FieldType } from './field-type.ts'

/** An arrow of a stream file, called with a reused view of a row. */
export type Arrow = (record: never) => unknown

/** A topic that the graph reads. `key`, `time` and `arrival` are indices into `fields`: the reader schema's fields that the graph uses. */
export interface GraphInput {
  readonly name: string
  readonly topic: string
  readonly schema: string
  readonly format: 'avro' | 'json'
  readonly fields: readonly FieldType[]
  readonly key: number
  readonly time: number
  /** -1: the record's timestamp. */
  readonly arrival: number
  readonly maxAheadMs: number
  /** Columns that arrows compute, one row at a time, behind the fields. */
  readonly derived: readonly DerivedColumn[]
}

/** A column computed by an arrow, for the rows of all the events that use it. */
export interface DerivedColumn {
  readonly events: readonly number[]
  readonly arrow: Arrow
  /** What the arrow returns: a boolean is 0 or 1 in a column of numbers. */
  readonly type: 'number' | 'boolean' | 'string'
  /** A label's value is of exactly this type, and finite; a feature's may be a number here and a boolean there, and NaN is missing. */
  readonly label: boolean
  /** Where in the stream file, for people. */
  readonly place: string
}

/** A column of an input: one of its fields or of its derived columns. */
export interface ColumnReference {
  readonly input: number
  readonly source: 'field' | 'derived'
  readonly index: number
}

/** A check of one field of an input. */
export interface FieldCheck {
  readonly field: number
  readonly required: boolean
  readonly min: number
  readonly max: number
  readonly pattern: RegExp | undefined
  readonly oneOf: readonly string[] | undefined
  readonly onFail: Action
  readonly replacement: string | number | boolean | undefined
  readonly place: string
}

/** Rows of an input that passed the parent's and then these checks and filters. */
export interface EventsNode {
  readonly input: number
  readonly parent: number
  readonly checks: readonly FieldCheck[]
  readonly keep: Arrow | undefined
  readonly place: string
}

/** A key: its parts, evaluated on the rows of one input. */
export interface KeyPlan {
  readonly path: string
  readonly input: number
  readonly parts: readonly ColumnReference[]
  readonly ttlMs: number
}

/** What a keyed feature is fed with: a number, the hash or the dictionary code of a string, or nothing but the event itself (1). */
export interface FedValue {
  readonly as: 'one' | 'number' | 'hash' | 'code' | 'label'
  readonly column: ColumnReference | undefined
}

/** State of a user's own: `step` and `read` get a copy of it. */
export interface FoldPlan {
  /** How long a key's state is kept without events, in event time (labels: arrival). */
  readonly expireMs: number
  readonly init: () => Json
  readonly step: (state: Json, fed: never) => Json
  readonly read: (state: Json, event: never) => number
}

/** State per key that a feature reads. `events` is the node that feeds it; -1: the labels. */
export interface KeyedNode {
  readonly path: string
  readonly key: number
  readonly events: number
  readonly feature: KeyedFeature | undefined
  readonly fold: FoldPlan | undefined
  readonly value: FedValue
  /** A number to divide by on reading (a rate's seconds); 1 otherwise. */
  readonly divisor: number
  /** Which rank to read of a most-frequent statistic; 0 = read as it is. */
  readonly rank: number
}

/** A column of the model's rows. */
export interface RowColumn {
  readonly name: string
  readonly kind: 'number' | 'category'
  readonly from:
    | { readonly kind: 'column'; readonly column: ColumnReference }
    | { readonly kind: 'keyed'; readonly node: number }
    | { readonly kind: 'ratio'; readonly numerator: number; readonly denominator: number }
}

export interface LabelPlan {
  /** The events that are predicted on. */
  readonly events: number
  /** The events that carry labels; the same as `events` for labels of the same record. */
  readonly from: number
  readonly sameRecord: boolean
  readonly afterMs: number
  readonly problem: Problem
  /** The label's value as a column of the label's input; undefined where it needs the event too. */
  readonly value: ColumnReference | undefined
  readonly joinedValue: ((label: never, event: never) => unknown) | undefined
  /** Fields of the event's own record that its value is read off; none where it comes from other records. */
  readonly ownFields: readonly string[]
  readonly horizonMs: number
  readonly never: 'drop' | { readonly value: boolean | number | string }
  readonly corrected: 'ignore' | 'learn'
  readonly maxPending: number
  readonly onFull: 'drop-oldest' | 'stop'
}

export interface ModelPlan {
  readonly columns: readonly RowColumn[]
  readonly model: Learner<any, any>
  readonly challengers: readonly Learner<any, any>[]
  readonly baselines: readonly { readonly name: string; readonly node: number }[]
  /** Columns by whose categories the metrics are also kept. */
  readonly slices: readonly number[]
  readonly drift: { readonly loss: Detector | undefined }
  readonly retrain:
    | { readonly onLoss: boolean; readonly everyMs: number; readonly latest: number; readonly sinceDrift: boolean }
    | undefined
  readonly gate: {
    readonly margin: number
    readonly alpha: number
    readonly minLabels: number
    readonly cooldown: number
    readonly automatic: boolean
  }
}

/** A stream after `build`: plain values that say all that runs, checked. State belongs to a node's path. */
export interface Graph {
  readonly name: string
  readonly inputs: readonly GraphInput[]
  readonly events: readonly EventsNode[]
  readonly keys: readonly KeyPlan[]
  readonly keyed: readonly KeyedNode[]
  readonly label: LabelPlan
  readonly model: ModelPlan
}
