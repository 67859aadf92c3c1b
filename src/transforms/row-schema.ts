import { MillraceError } from '../errors.ts'

/** What a column's doubles mean. */
export type ColumnKind = 'number' | 'category' | 'indicator'

/**
 * A column of a row: one double.
 * - `number`: the value, NaN = missing. `size` is 1.
 * - `category`: a dictionary code, an integer from 0 to `size` - 1; 0 = unknown or missing.
 * - `indicator`: `size` columns of zeros with a single one, kept as the index of that one (the code). Linear models give
 *   each index a weight of its own; scalers leave it alone. Index 0 (unknown) is an indicator like any other.
 */
export interface Column {
  readonly name: string
  readonly kind: ColumnKind
  readonly size: number
}

/** The columns of a row. A row is (Float64Array, offset): `columns.length` doubles from `offset` on. */
export interface RowSchema {
  readonly columns: readonly Column[]
}

/** Makes a row schema of columns, checked and frozen. Throws MILLRACE_LEARNER_SCHEMA on a repeated name or a bad size. */
export function rowSchema(columns: readonly Column[]): RowSchema {
  const names = new Set<string>()
  for (const column of columns) {
    const place = `column '${column.name}'`
    if (names.has(column.name)) {
      throw new MillraceError(
        'MILLRACE_LEARNER_SCHEMA',
        place,
        'the name is used twice',
        'Give each column its own name',
      )
    }
    if (!Number.isInteger(column.size) || column.size < 1 || (column.kind === 'number' && column.size !== 1)) {
      throw new MillraceError(
        'MILLRACE_LEARNER_SCHEMA',
        place,
        `size ${column.size} is not possible for a column of kind ${column.kind}`,
        'A number has size 1, a category or indicator the count of its codes, at least 1',
      )
    }
    names.add(column.name)
  }
  return Object.freeze({ columns: Object.freeze(columns.map((column) => Object.freeze({ ...column }))) })
}
