/** Values of one field, record by record; null or undefined where a record has none, in a Float64Array NaN. */
export type HistoryColumn = ArrayLike<number | boolean | string | null | undefined>

/** Records of history in columns, which spares millions of records an object each. */
export interface HistoryColumns {
  /** The fields of each input, by name. Columns may be longer than `order` needs. */
  readonly columns: Readonly<Record<string, Readonly<Record<string, HistoryColumn>>>>
  /** Record by record, by arrival: which of the inputs of `columns` the next one is of, counted from 0. */
  readonly order: ArrayLike<number>
  /** When each could first be known, ms, in the same order; by default the input's arrival field, else its time field. */
  readonly arrivals?: ArrayLike<number>
}
