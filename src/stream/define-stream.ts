import type { Duration } from '../stats/duration.ts'
import type { Events, Model } from './events.ts'
import type { Schemas, Timestamp } from './schema.ts'

type TimeOf<S> = { [K in keyof S & string]: S[K] extends Timestamp ? K : never }[keyof S & string]
type KeyOf<S> = { [K in keyof S & string]: S[K] extends string | number ? K : never }[keyof S & string]

/** A topic that a stream reads, and what its fields mean. */
export interface Input<S extends keyof Schemas = keyof Schemas> {
  readonly topic: string
  /** A file of `schemas/`, the reader schema: fields it leaves out are never decoded. */
  readonly schema: S
  /** What joins events with labels, and what predictions are named by. */
  readonly key: KeyOf<Schemas[S]>
  /** Event time: windows, horizons and expiry go by it. */
  readonly time: TimeOf<Schemas[S]>
  /** For imported history: the field that says when the record could first be known. Without it, the record's timestamp. */
  readonly arrival?: TimeOf<Schemas[S]>
  /** How records are encoded; Avro with a schema registry by default. */
  readonly format?: 'avro' | 'json'
  /** How far event time may lie ahead of arrival; records beyond become dead letters. Default 1d. */
  readonly maxAhead?: Duration
}

/** A stream, described: `build` is called once at each start, by whatever runs it. */
export interface Stream<N = { [name: string]: keyof Schemas }> {
  readonly name: string
  readonly inputs: { readonly [K in keyof N]: Input }
  readonly build: (inputs: never) => Model<any, any>
}

/**
 * Describes a stream: its inputs, and by `build` its checks, labels, features and model. Nothing runs here: the same
 * description is run on arrays (`simulate`), on history (`backtest`), on the embedded log and on Kafka.
 */
export function defineStream<const N extends { [name: string]: keyof Schemas }, R extends Model<any, any>>(options: {
  name: string
  inputs: { [K in keyof N]: Input<N[K]> }
  build: (inputs: { [K in keyof N]: Events<Schemas[N[K]]> }) => R
}): Stream<N> {
  return Object.freeze({ ...options }) as unknown as Stream<N>
}
