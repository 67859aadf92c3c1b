import type { Column } from '../transforms/row-schema.ts'

/** A column of a model's rows by what outlives a change of the stream: where `codes` is another, so are a category's codes. */
export interface NamedColumn extends Column {
  /** What decides the codes of a category; '' for a number. */
  readonly codes: string
}

/** Where each column of `to` stood in `from`; -1 for one that is new. */
export function columnPlaces(from: readonly NamedColumn[], to: readonly NamedColumn[]): number[] {
  return to.map(({ name, kind, size, codes }) =>
    from.findIndex((one) => one.name === name && one.kind === kind && one.size === size && one.codes === codes),
  )
}

/** What has changed between two sets of columns, such as '+speed, -distance'. */
export function columnChanges(from: readonly NamedColumn[], to: readonly NamedColumn[]): string {
  const names = (columns: readonly NamedColumn[], others: readonly NamedColumn[], sign: string): string[] =>
    columnPlaces(others, columns).flatMap((place, i) => (place < 0 ? [`${sign}${columns[i].name}`] : []))
  const changes = [...names(to, from, '+'), ...names(from, to, '-')]
  return changes.length === 0 ? 'columns in another order' : changes.join(', ')
}
