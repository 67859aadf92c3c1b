import { MillraceError } from '../errors.ts'
import type { EventField, EventSchema } from './event-schema.ts'

const width = 120

/**
 * The text of `schemas/schemas.d.ts`: a line of `interface Schemas` for each `.avsc` file, so that stream files get the
 * types of their records. The same schemas give the same text, formatted as the rest of a project is.
 */
export function schemasDeclaration(schemas: ReadonlyMap<string, EventSchema>): string {
  const files = [...schemas.keys()].toSorted()
  const bodies = files.map((file) => recordLines(file, schemas.get(file) as EventSchema))
  const timed = [...schemas.values()].some((schema) => schema.fields.some((field) => field.type === 'timestamp'))
  const lines = [
    '// Written by `millrace types` from *.avsc; do not edit.',
    timed ? "import type { Timestamp } from 'millrace'" : 'export {}',
    '',
    "declare module 'millrace' {",
    ...(bodies.length === 0 ? ['  interface Schemas {}'] : ['  interface Schemas {', ...bodies.flat(), '  }']),
    '}',
  ]
  return `${lines.join('\n')}\n`
}

function recordLines(file: string, schema: EventSchema): string[] {
  if (!/^[\w.-]+$/.test(file)) {
    const remedy = 'Rename the file: letters, digits, dots, dashes and underscores'
    throw new MillraceError('MILLRACE_CODEC_SCHEMA', file, `the file's name can't be used in a stream`, remedy)
  }
  const lines = [...comment(schema.doc, '    '), `    '${file}': {`]
  for (const field of schema.fields) lines.push(...comment(field.doc, '      '), ...fieldLines(field))
  lines.push('    }')
  return lines
}

function fieldLines(field: EventField): string[] {
  const members = field.avro === 'enum' ? field.symbols.map((symbol) => `'${symbol}'`) : [typeName(field)]
  if (field.nullable) members.push('null')
  const line = `      ${field.name}: ${members.join(' | ')}`
  return line.length <= width ? [line] : [`      ${field.name}:`, ...members.map((member) => `        | ${member}`)]
}

function typeName(field: EventField): string {
  return field.type === 'timestamp' ? 'Timestamp' : field.type
}

function comment(doc: string | undefined, indent: string): string[] {
  const text = doc?.replaceAll('*/', '*\\/').replaceAll(/\s+/g, ' ').trim()
  return text ? [`${indent}/** ${text} */`] : []
}
