import type { Column } from '../transforms/row-schema.ts'

/** A column of a model's rows by what outlives a change of the stream. */
export interface NamedColumn extends Column {
  /** What gives its values, and a category its codes: where that is another, so is the column. '' for a number that an earlier release saved: any. */
  readonly source: string
}

/** Where each column of `to` stood in `from`; -1 for one that is new. */
export function columnPlaces(from: readonly NamedColumn[], to: readonly NamedColumn[]): number[] {
  return to.map(({ name, kind, size, source }) =>
    from.findIndex(
      (one) =>
        one.name === name &&
        one.kind === kind &&
        one.size === size &&
        (one.source === source || one.source === '' || source === ''),
    ),
  )
}

/** Whether two sets of columns are the same, in the same order. */
export function areSameColumns(from: readonly NamedColumn[], to: readonly NamedColumn[]): boolean {
  return from.length === to.length && columnPlaces(from, to).every((place, i) => place === i)
}

/** What has changed between two sets of columns, such as '+speed, -distance'. */
export function columnChanges(from: readonly NamedColumn[], to: readonly NamedColumn[]): string {
  const names = (columns: readonly NamedColumn[], others: readonly NamedColumn[], sign: string): string[] =>
    columnPlaces(others, columns).flatMap((place, i) => (place < 0 ? [`${sign}${columns[i].name}`] : []))
  const changes = [...names(to, from, '+'), ...names(from, to, '-')]
  if (changes.length > 0) return changes.join(', ')
  return areSameColumns(from, to) ? 'the same columns' : 'columns in another order'
}
