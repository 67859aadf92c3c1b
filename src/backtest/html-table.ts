import { escapeHtml } from './escape-html.ts'

/** A table with a heading row; the first column names the rows, the others are figures. */
export function htmlTable(caption: string, head: readonly string[], rows: readonly (readonly string[])[]): string {
  const heads = head.map((text) => `<th scope="col">${escapeHtml(text)}</th>`).join('')
  const body = rows.map(([name, ...cells]) => {
    const figures = cells.map((cell) => `<td>${escapeHtml(cell)}</td>`).join('')
    return `<tr><th scope="row">${escapeHtml(name)}</th>${figures}</tr>`
  })
  return `<div class="wide"><table><caption>${escapeHtml(caption)}</caption><thead><tr>${heads}</tr></thead><tbody>${body.join('')}</tbody></table></div>`
}
