import { lineOf, type SourceFile, type SyntaxNode, walk } from './parse-source.ts'

/** What of Math gives the same bits on every machine and in every release of Node. */
const exactMath = new Set(
  'abs ceil clz32 floor fround imul max min round sign sqrt trunc E LN10 LN2 LOG10E LOG2E PI SQRT1_2 SQRT2'.split(' '),
)

const globalsOfTheOutside = new Set(
  `console crypto fetch globalThis Intl performance process queueMicrotask require setImmediate setInterval setTimeout
  structuredClone Atomics FinalizationRegistry SharedArrayBuffer WeakRef`.split(/\s+/),
)

// Methods whose answer depends on the time zone or the language of the machine.
const localMethods =
  /^(get(Date|Day|FullYear|Hours|Minutes|Month|TimezoneOffset)|toLocale\w*|toTimeString|toDateString|localeCompare)$/

const unevaluated = new Set([
  'typeAnnotation',
  'typeArguments',
  'typeParameters',
  'returnType',
  'implements',
  'superTypeArguments',
])

/** Files whose powers are of BigInts, and so exact. */
const powersOfBigInts = new Set(['src/stats/sha256.ts'])

/** Arithmetic whose last bit depends on the machine: functions of Math outside of the exact ones, and powers that are not of whole number. */
export function mathViolations(file: SourceFile): string[] {
  return findings(file, (node, parent, key) => {
    if (isName(node, 'Math') && isUse(parent, key)) {
      const property = memberOf(node, parent)
      if (property === undefined) return 'uses Math in another way than Math.name'
      return exactMath.has(property) ? undefined : `uses Math.${property}; take it from src/stats/math`
    }
    const isPower = node.type === 'BinaryExpression' && node.operator === '**'
    if (!isPower && !(node.type === 'AssignmentExpression' && node.operator === '**=')) return undefined
    const { left, right } = node as unknown as { left: SyntaxNode; right: SyntaxNode }
    // A whole power of two is exact wherever it is computed.
    if (powersOfBigInts.has(file.path) || isWholeLiteral(right) || (left.value === 2 && right.type !== 'Literal'))
      return undefined
    return 'uses ** with an exponent that is no whole literal; take pow from src/stats/math'
  })
}

/** What makes a result depend on anything but its arguments: clock, timers, process, console, time zone, language. */
export function outsideViolations(file: SourceFile): string[] {
  return findings(file, (node, parent, key) => {
    if (node.type === 'MemberExpression' && node.computed === false) {
      const name = (node.property as SyntaxNode).name as string
      if (localMethods.test(name)) return `uses .${name}, which depends on the machine's time zone or language`
    }
    if (node.type !== 'Identifier' || !isUse(parent, key)) return undefined
    if (globalsOfTheOutside.has(node.name as string)) return `uses ${node.name}`
    if (node.name !== 'Date') return undefined
    const isDated = parent?.type === 'NewExpression' && key === 'callee' && (parent.arguments as unknown[]).length > 0
    return isDated || memberOf(node, parent) === 'UTC' ? undefined : 'uses the clock (Date)'
  })
}

/** What makes code asynchronous. */
export function asyncViolations(file: SourceFile): string[] {
  return findings(file, (node, parent, key) => {
    if (node.async === true) return 'has an async function'
    if (node.type === 'AwaitExpression' || node.await === true) return 'awaits'
    if (isName(node, 'Promise') && isUse(parent, key)) return 'uses Promise'
    return undefined
  })
}

function findings(
  file: SourceFile,
  judge: (node: SyntaxNode, parent?: SyntaxNode, key?: string) => string | undefined,
): string[] {
  const found: string[] = []
  walk(file.program, (node, parent, key) => {
    if (unevaluated.has(key ?? '') || node.type === 'TSInterfaceDeclaration' || node.type === 'TSTypeAliasDeclaration')
      return false
    const wrong = judge(node, parent, key)
    if (wrong !== undefined) found.push(`${file.path}:${lineOf(file.text, node.start)}: ${wrong}`)
    return true
  })
  return found
}

function isName(node: SyntaxNode, name: string): boolean {
  return node.type === 'Identifier' && node.name === name
}

/** Whether an identifier at this place is a use of a variable, not the name of a member, property or export. */
function isUse(parent: SyntaxNode | undefined, key: string | undefined): boolean {
  if (parent === undefined) return true
  if (parent.type === 'MemberExpression' && key === 'property') return parent.computed === true
  if (key === 'key') return parent.computed === true || parent.shorthand === true
  return !/^(Import|Export)\w*Specifier$|^LabeledStatement$/.test(parent.type)
}

/** The member that is taken of an object, by name. */
function memberOf(object: SyntaxNode, parent: SyntaxNode | undefined): string | undefined {
  if (parent?.type !== 'MemberExpression' || parent.object !== object || parent.computed === true) return undefined
  return (parent.property as SyntaxNode).name as string
}

function isWholeLiteral(node: SyntaxNode): boolean {
  if (node.type === 'UnaryExpression' && node.operator === '-') return isWholeLiteral(node.argument as SyntaxNode)
  return node.type === 'Literal' && Number.isInteger(node.value)
}
