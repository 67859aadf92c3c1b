import { stripVTControlCharacters } from 'node:util'

/** Rows as aligned columns, two spaces apart; columns of numbers (all but the first, by default) to the right. */
export function textTable(rows: readonly (readonly string[])[], left: readonly number[] = [0]): string[] {
  const widths: number[] = []
  for (const row of rows) row.forEach((cell, i) => (widths[i] = Math.max(widths[i] ?? 0, widthOf(cell))))
  return rows.map((row) =>
    row
      .map((cell, i) => {
        const space = ' '.repeat(widths[i] - widthOf(cell))
        return left.includes(i) ? cell + space : space + cell
      })
      .join('  ')
      .trimEnd(),
  )
}

function widthOf(cell: string): number {
  return stripVTControlCharacters(cell).length
}
