import { lineOf, type SourceFile, type SyntaxNode, walk } from './parse-source.ts'

const MOST_LINES_OF_FILE = 300
const MOST_LINES_OF_FUNCTION = 80

/** Files and functions that are too long to be seen as a whole. The lines of a function are those outside of functions within it. */
export function sizeViolations(file: SourceFile): string[] {
  const violations: string[] = []
  const lines = file.text.trimEnd().split('\n').length
  if (lines > MOST_LINES_OF_FILE) violations.push(`${file.path}: ${lines} lines, more than ${MOST_LINES_OF_FILE}`)
  walk(file.program, (node, parent) => {
    if (!isFunction(node)) return
    const own = ownLines(file.text, node)
    const place = `${file.path}:${lineOf(file.text, node.start)}: ${nameOf(node, parent)}`
    if (own > MOST_LINES_OF_FUNCTION) violations.push(`${place} has ${own} lines, more than ${MOST_LINES_OF_FUNCTION}`)
  })
  return violations
}

function isFunction(node: SyntaxNode): boolean {
  return /^(FunctionDeclaration|FunctionExpression|ArrowFunctionExpression)$/.test(node.type)
}

function ownLines(text: string, node: SyntaxNode): number {
  const extraLines = (one: SyntaxNode) => lineOf(text, one.end) - lineOf(text, one.start)
  let own = extraLines(node) + 1
  walk(node, (one) => {
    if (one === node || !isFunction(one)) return true
    own -= extraLines(one)
    return false
  })
  return own
}

/** The name of a function, or of what it is assigned to. */
function nameOf(node: SyntaxNode, parent?: SyntaxNode): string {
  const name = (node.id ?? parent?.key ?? parent?.id) as SyntaxNode | undefined
  return String(name?.name ?? 'a function')
}
