/** HTML or SVG that is safe to write: all text in it is escaped. */
export interface Markup {
  readonly markup: string
}

type Content = Markup | string | number | readonly Content[] | undefined

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** A template of HTML or SVG: texts and numbers that are put in are escaped, markup is not, lists are joined, undefined is nothing. */
export function markup(parts: TemplateStringsArray, ...contents: readonly Content[]): Markup {
  let text = parts[0]
  for (let i = 0; i < contents.length; i++) text += written(contents[i]) + parts[i + 1]
  return { markup: text }
}

function written(content: Content): string {
  if (content === undefined) return ''
  if (typeof content === 'number') return String(content)
  if (typeof content === 'string') return content.replace(/[&<>"']/g, (character) => entities[character])
  return 'markup' in content ? content.markup : content.map(written).join('')
}
