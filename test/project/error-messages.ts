import { type SourceFile, type SyntaxNode, walk } from './parse-source.ts'

/** What one place in the sources says when it throws; `…` stands for what is filled in. */
export interface ErrorMessage {
  readonly code: string
  readonly wrong: string
  readonly remedy: string
}

/** The messages of `new MillraceError(code, place, wrong, remedy)` in a file, where wrong and remedy are texts or constants of that file. */
export function errorMessages(file: SourceFile): ErrorMessage[] {
  const messages: ErrorMessage[] = []
  const constants: { name: string; value: SyntaxNode }[] = []
  walk(file.program, (node) => {
    const { id, init } = node as unknown as { id?: SyntaxNode; init?: SyntaxNode }
    if (node.type === 'VariableDeclarator' && init) constants.unshift({ name: String(id?.name), value: init })
  })
  walk(file.program, (node) => {
    if (node.type !== 'NewExpression' || (node.callee as SyntaxNode).name !== 'MillraceError') return
    const given = node.arguments as SyntaxNode[]
    const [code, , wrong, remedy] = given.map((one) => textOf(resolved(one, constants)))
    if (code !== undefined && wrong !== undefined && remedy !== undefined) messages.push({ code, wrong, remedy })
  })
  return messages
}

/** The codes of errors that a file can throw: those that stand in it as a value, outside of comparisons and types. */
export function errorCodes(file: SourceFile): string[] {
  const codes: string[] = []
  walk(file.program, (node, parent) => {
    if (node.type === 'TSLiteralType') return false
    const isValue =
      node.type === 'Literal' &&
      typeof node.value === 'string' &&
      parent?.type !== 'BinaryExpression' &&
      parent?.type !== 'SwitchCase'
    if (isValue && String(node.value).startsWith('MILLRACE_')) codes.push(String(node.value))
    return true
  })
  return codes
}

/** The constant that a name stands for: the last one of that name above. */
function resolved(node: SyntaxNode, constants: readonly { name: string; value: SyntaxNode }[]): SyntaxNode {
  if (node.type !== 'Identifier') return node
  return constants.find(({ name, value }) => name === node.name && value.start < node.start)?.value ?? node
}

function textOf(node: SyntaxNode): string | undefined {
  if (node.type === 'Literal' && typeof node.value === 'string') return node.value
  if (node.type !== 'TemplateLiteral') return undefined
  return (node.quasis as { value: { cooked: string } }[]).map(({ value }) => value.cooked).join('…')
}
