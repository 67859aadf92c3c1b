import type avsc from 'avsc'

/** What to do with the next value of a record's bytes. */
export const ReadOp = {
  int: 0,
  long: 1,
  /** A long read as a float or double. */
  roundedLong: 2,
  float: 3,
  double: 4,
  boolean: 5,
  text: 6,
  symbol: 7,
  nothing: 8,
  /** A union: its index says which of `branches` is next. */
  union: 9,
  skip: 10,
  skipLong: 11,
  skipBytes: 12,
  skipDouble: 13,
  /** A value that the reader schema has no place for. */
  misfit: 14,
  /** No bytes: the reader schema's default. */
  constant: 15,
} as const

/** One step of reading records of one writer schema into columns. */
export interface ReadStep {
  readonly op: number
  /** The column's index; -1 where the value is skipped. */
  readonly column: number
  /** The field's name, for people. */
  readonly name: string
  readonly branches: readonly ReadStep[]
  /** The UTF-8 bytes of the symbols of the writer's enum; undefined where the reader has no such symbol. */
  readonly symbols: readonly (Uint8Array | undefined)[]
  /** The writer's type. */
  readonly type: avsc.Type | undefined
  /** True where the next step reads the same value again: two fields of the reader schema are one of the writer's. */
  readonly stay: boolean
  /** Of a constant. */
  readonly number: number
  readonly text: Uint8Array | undefined
}
