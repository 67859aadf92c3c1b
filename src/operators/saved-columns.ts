import type { NamedColumn } from './named-column.ts'

/** Columns as they were saved, also by earlier releases. */
export function savedColumns(saved: readonly (NamedColumn & { readonly codes?: string })[]): NamedColumn[] {
  return saved.map(({ codes, ...column }) => (codes === undefined ? column : { ...column, source: codes }))
}
