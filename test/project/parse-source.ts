import { parseAst } from 'vitest/node'

/** A node of the syntax tree (ESTree with TypeScript's nodes). */
export interface SyntaxNode {
  readonly type: string
  readonly start: number
  readonly end: number
  readonly [key: string]: unknown
}

/** A module that a file names in an import, an export-from or an import(). */
export interface ImportedModule {
  readonly from: string
  readonly typeOnly: boolean
}

/** What a file exports under one name. */
export interface ExportedName {
  readonly name: string
  readonly kind: 'value' | 'type'
}

/** One parsed source file; `path` is relative to the project, with forward slashes. */
export interface SourceFile {
  readonly path: string
  readonly text: string
  readonly program: SyntaxNode
  readonly imports: readonly ImportedModule[]
  readonly exports: readonly ExportedName[]
}

/** Parses a TypeScript file. */
export function parseSource(path: string, text: string): SourceFile {
  const program = parseAst(text, { lang: path.endsWith('.js') ? 'js' : 'ts' }, path) as unknown as SyntaxNode
  const imports: ImportedModule[] = []
  const exports: ExportedName[] = []
  for (const statement of program.body as SyntaxNode[]) exports.push(...exportsOf(statement))
  walk(program, (node) => {
    const source = node.source as SyntaxNode | null | undefined
    if (source && typeof source.value === 'string' && /^(Import|Export)/.test(node.type)) {
      imports.push({ from: source.value, typeOnly: isTypeOnly(node) })
    }
  })
  return { path, text, program, imports, exports }
}

/** Calls `visit` on a node and, unless it answers false, on all nodes below, in the order of the text; `parent` and `key` say where a node hangs. */
export function walk(
  node: SyntaxNode,
  visit: (node: SyntaxNode, parent?: SyntaxNode, key?: string) => boolean | void,
  parent?: SyntaxNode,
  at?: string,
): void {
  if (visit(node, parent, at) === false) return
  for (const [key, value] of Object.entries(node)) {
    for (const child of Array.isArray(value) ? value : [value]) {
      if (child !== null && typeof child === 'object' && typeof child.type === 'string') walk(child, visit, node, key)
    }
  }
}

/** The line of a position, from 1. */
export function lineOf(text: string, position: number): number {
  return text.slice(0, position).split('\n').length
}

function isTypeOnly(node: SyntaxNode): boolean {
  if (node.importKind === 'type' || node.exportKind === 'type') return true
  const specifiers = (node.specifiers ?? []) as SyntaxNode[]
  return specifiers.length > 0 && specifiers.every((one) => one.importKind === 'type' || one.exportKind === 'type')
}

function exportsOf(statement: SyntaxNode): ExportedName[] {
  if (statement.type === 'ExportDefaultDeclaration') return [{ name: 'default', kind: 'value' }]
  if (statement.type !== 'ExportNamedDeclaration') return []
  const declaration = statement.declaration as SyntaxNode | null
  if (declaration === null) {
    return (statement.specifiers as SyntaxNode[]).map((one) => ({
      name: nameOf(one.exported as SyntaxNode),
      kind: statement.exportKind === 'type' || one.exportKind === 'type' ? 'type' : 'value',
    }))
  }
  const kind = declaration.type.startsWith('TS') || declaration.declare === true ? 'type' : 'value'
  if (declaration.type !== 'VariableDeclaration') return [{ name: nameOf(declaration.id as SyntaxNode), kind }]
  const names: ExportedName[] = []
  for (const one of declaration.declarations as SyntaxNode[]) {
    walk(one.id as SyntaxNode, (node, _parent, key) => {
      if (key === 'typeAnnotation' || key === 'key') return false
      if (node.type === 'Identifier') names.push({ name: nameOf(node), kind })
    })
  }
  return names
}

function nameOf(node: SyntaxNode): string {
  return String(node.name ?? node.value)
}
