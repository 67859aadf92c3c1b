import type { Detector } from '../drift/detector.ts'
import type { Learner, Problem } from '../learners/learner.ts'
import type { Duration } from '../stats/duration.ts'

type NamesOf<T, V> = { [K in keyof T & string]: T[K] extends V ? K : never }[keyof T & string]
type Scalar = string | number | boolean | null
/** Plain data: what a fold may keep as its state. */
export type Json = Scalar | readonly Json[] | { readonly [key: string]: Json }

/**
 * What happens to an event that fails a check: it passes and is counted ('warn'), its field is replaced by `with` for all
 * that read the record ('impute'), it becomes a dead letter ('quarantine', the default), or the stream stops ('stop').
 */
export type Action = 'warn' | 'impute' | 'quarantine' | 'stop'
type Consequence<V> = { onFail?: Exclude<Action, 'impute'>; with?: never } | { onFail: 'impute'; with: NonNullable<V> }
type Bounds<V> = [NonNullable<V>] extends [number]
  ? { min?: number; max?: number }
  : [NonNullable<V>] extends [string]
    ? { pattern?: RegExp; oneOf?: readonly NonNullable<V>[] }
    : {}
/** A check of one field. 'required' sends events without it to the dead letters; others let missing values pass, but for 'impute', which replaces them too. */
export type Check<V> = 'required' | (Consequence<V> & Bounds<V>)
type Checks<T> = { [K in keyof T]?: Check<T[K]> }
type Filled = 'required' | { readonly onFail: 'impute' }
type Validated<T, C> = {
  [K in keyof T]: K extends keyof C ? (C[K] extends Filled ? NonNullable<T[K]> : T[K]) : T[K]
}

declare const feature: unique symbol
/** A feature with state: what a window, a fold or a running statistic says of an event. */
export interface Feature<T> {
  readonly [feature]?: (event: T) => void
}
declare const categoryFeature: unique symbol
/** A feature with state whose values are categories. */
export interface CategoryFeature<T> extends Feature<T> {
  readonly [categoryFeature]?: true
}

// What a statistic is of: a field of the events; of labels the label itself, if it is of the kind that the statistic takes.
type NumberField<Fed> = [Fed] extends [number | boolean]
  ? []
  : [Fed] extends [Scalar]
    ? [notOfStrings: never]
    : [field: NamesOf<Fed, number | boolean | null>]
type AnyField<Fed> = [Fed] extends [Scalar] ? [] : [field: NamesOf<Fed, Scalar>]
type TextField<Fed> = [Fed] extends [string]
  ? []
  : [Fed] extends [Scalar]
    ? [onlyOfStrings: never]
    : [field: NamesOf<Fed, string | null>]
/** A state of 0 may become 1, and a label that is only ever true may be false where it never comes. */
type Widened<S> = S extends number ? number : S extends string ? string : S extends boolean ? boolean : S

/** The statistics of a window, each per key and as of just before the event: what fed the window, this event left out. */
export interface Windowed<T, Fed> {
  count(): Feature<T>
  /** Events per second over the window. */
  rate(): Feature<T>
  sum(...field: NumberField<Fed>): Feature<T>
  mean(...field: NumberField<Fed>): Feature<T>
  variance(...field: NumberField<Fed>): Feature<T>
  min(...field: NumberField<Fed>): Feature<T>
  max(...field: NumberField<Fed>): Feature<T>
  /** How many different values (HyperLogLog). */
  distinct(...field: AnyField<Fed>): Feature<T>
  /** The quantile `q` in [0, 1] (DDSketch, 1 % relative error). */
  quantile(q: number, ...field: NumberField<Fed>): Feature<T>
  /** The value that is the `rank`-th most frequent (1 = the most), as a category (SpaceSaving). */
  top(rank: number, ...field: TextField<Fed>): CategoryFeature<T>
}

/** Running statistics per key: `by(...)` of events or of a label. */
export interface Keyed<T, Fed> {
  /** An event-time window; a label's by arrival. Without `every` it slides, its edge moving in steps of 1/60 of the length; `every` = length is a tumbling window, less a hopping one. Events later than `grace` are counted and left out. */
  window(length: Duration, options?: { every?: Duration; grace?: Duration }): Windowed<T, Fed>
  /** The events since the last pause longer than `gap`. */
  session(gap: Duration): Windowed<T, Fed>
  /** The latest `count` events. */
  latest(count: number): Omit<Windowed<T, Fed>, 'rate'>
  /** Exponentially weighted mean; with a prior, that many pseudo-observations of a value, as fresh as now. */
  ewMean(
    halfLife: Duration,
    ...field: [...NumberField<Fed>, options?: { prior?: { value: number; weight: number } }]
  ): Feature<T>
  /** Exponentially weighted events per second. */
  ewRate(halfLife: Duration): Feature<T>
  /** The key's previous value. */
  last(...field: NumberField<Fed>): Feature<T>
  /** The key's value `steps` events ago. */
  lag(steps: number, ...field: NumberField<Fed>): Feature<T>
  /** Milliseconds since the key's previous event. */
  timeSince(): Feature<T>
  /** State of your own per key: plain data, at most 8,192 characters as JSON, forgotten after `expire` (default 30d) without events. A `step` that throws sends its event to the dead letters. */
  fold<S extends Json>(fold: {
    init: () => S
    step: (state: Widened<NoInfer<S>>, fed: Fed) => Widened<NoInfer<S>>
    read: (state: Widened<NoInfer<S>>, event: T) => number
    expire?: Duration
  }): Feature<T>
}

type Value = number | string | boolean | null | undefined
type FeatureSpec<T> = { [name: string]: NamesOf<T, Value> | ((event: T) => Value) | Feature<T> }
type Kind<V> = [NonNullable<V>] extends [number | boolean] ? 'number' : 'category'
type ColumnsOf<T, F> = {
  [K in keyof F]: F[K] extends keyof T
    ? Kind<T[F[K]]>
    : F[K] extends (event: never) => infer R
      ? Kind<R>
      : F[K] extends { readonly [categoryFeature]?: true }
        ? typeof categoryFeature extends keyof F[K]
          ? 'category'
          : 'number'
        : 'number'
}

/** The problem that labels of a type make. */
export type ProblemOf<V> = [V] extends [boolean] ? 'binary' : [V] extends [number] ? 'regression' : 'multiclass'
/** A part of a key: a field or an arrow. */
export type Key<T> = NamesOf<T, string | number> | ((event: T) => string | number)

/** Labels, each joined to the event it judges. */
export interface Label<T, V> {
  readonly value?: V
  /** Statistics of the labels that had arrived by then, keyed by fields of the *event* they judge. */
  by(...keys: [Key<T>, ...Key<T>[]]): Keyed<T, V>
}

/** Options of a label, besides where its value comes from. */
export interface LabelOptions<V> {
  /** How long after its event's arrival a label is waited for. */
  horizon: Duration
  /** What an event without a label at the horizon means: nothing (default), or this value. */
  never?: 'drop' | { value: Widened<V> }
  /** A second label for the same event: ignored (default) or learned again. */
  corrected?: 'ignore' | 'learn'
  /** Events that wait for a label at the same time, at the most. Default 1,000,000. */
  maxPending?: number
  /** What happens beyond `maxPending`: the oldest waits no longer (default), or the stream stops. */
  onFull?: 'drop-oldest' | 'stop'
}

/** The events of one input, after the checks and filters so far. */
export interface Events<T> {
  validate<const C extends Checks<T>>(checks: C & { [K in Exclude<keyof C, keyof T>]: never }): Events<Validated<T, C>>
  where(keep: (event: T) => boolean): Events<T>
  by(...keys: [Key<T>, ...Key<T>[]]): Keyed<T, T>
  /** Labels from other events with the same key; of the same input, from a later record of it. */
  label<L, V extends boolean | number | string>(
    from: Events<L>,
    options: { value: (label: L, event: T) => V | undefined } & LabelOptions<NoInfer<V>>,
  ): Label<T, V>
  /** Labels from the event's own record, known at once or `after` a while. */
  label<V extends boolean | number | string>(
    options: { value: (event: T) => V | undefined; after?: Duration } & Pick<LabelOptions<V>, 'maxPending' | 'onFull'>,
  ): Label<T, V>
  featurize<F extends FeatureSpec<T>>(features: F): Rows<T, ColumnsOf<T, F>>
}

/** What makes the stream ask for a retrained model, and from what. */
export interface RetrainOptions {
  on?: readonly 'loss'[]
  every?: Duration
  /** The latest labelled rows, at most this many; with `since: 'drift'` only those after the detector's change point. */
  from: { latest: number; since?: 'drift' }
}

/** When a challenger takes over: when the lower bound of the confidence sequence on the loss difference exceeds `margin`. */
export interface GateOptions {
  margin?: number
  alpha?: number
  minLabels?: number
  cooldown?: number
  promote?: 'automatic' | 'manual'
}

export interface ModelOptions<T, P extends Problem, Kinds extends string, Categories extends string> {
  model: Learner<P, Kinds>
  challengers?: readonly Learner<P, Kinds>[]
  /** Simple rules that run beside the model at the same delay, besides the prior and the last label: each predicts its feature's value. */
  baselines?: [P] extends ['multiclass'] ? never : { readonly [name: string]: Feature<T> }
  /** Category features by whose values a backtest reports too; all of them by default. */
  slices?: readonly Categories[]
  drift?: { loss?: Detector }
  retrain?: RetrainOptions
  gate?: GateOptions
}

/** Rows of features, column by column. */
export interface Rows<T, C> {
  predict<V extends boolean | number | string>(
    label: Label<T, V>,
    options: ModelOptions<T, ProblemOf<V>, C[keyof C] & string, NamesOf<C, 'category'>>,
  ): Model<T, V>
}

declare const model: unique symbol
/** The end of a stream: a model that predicts, learns and is watched. */
export interface Model<T, V> {
  readonly [model]?: (event: T, value: V) => void
}
