/** The columns that a line may have. */
export const WIDTH = 120

/** A line such as `import { a, b } from 'c'`: the items between head and tail on one line where they fit, else one a line. `space` is beside them on one line. */
export function fitted(head: string, items: readonly string[], tail: string, space = ''): string[] {
  const line = `${head}${space}${items.join(', ')}${space}${tail}`
  if (line.length <= WIDTH) return [line]
  const indent = ' '.repeat(head.length - head.trimStart().length)
  return [head, ...items.map((item) => `${indent}  ${item},`), `${indent}${tail}`]
}
