import { type Markup, markup } from './markup.ts'

const LONG = 32 // characters; a longer text is broken into lines

/** A table with a caption; the first cell of a row is its heading. On a narrow screen it is moved sideways. */
export function htmlTable(
  caption: string,
  head: readonly string[],
  rows: readonly (readonly (string | Markup)[])[],
  textColumns = 1,
): Markup {
  const kind = (column: number, cell: string | Markup = ''): string =>
    column >= textColumns ? 'number' : typeof cell === 'string' && cell.length > LONG ? 'text long' : 'text'
  return markup`<div class="wide" role="region" aria-label="${caption}" tabindex="0"><table>
<caption><span>${caption}</span></caption>
<thead><tr>${head.map((cell, i) => markup`<th scope="col" class="${kind(i)}">${cell}</th>`)}</tr></thead>
<tbody>
${rows.map(
  ([first, ...cells]) =>
    markup`<tr><th scope="row">${first}</th>${cells.map((cell, i) => markup`<td class="${kind(i + 1, cell)}">${cell}</td>`)}</tr>
`,
)}</tbody>
</table></div>
`
}
