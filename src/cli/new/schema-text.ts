import { basename } from 'node:path'
import type { InferredColumn } from './infer-columns.ts'
import { rowSpacing } from './row-spacing.ts'
import type { StreamDesign } from './stream-design.ts'

/** The Avro schema of a design's rows, as text. */
export function schemaText(design: StreamDesign): string {
  const { name, keyField, timeField, timeColumn, file } = design
  const time = { type: 'long', logicalType: 'timestamp-millis' }
  const columns = design.columns.map((column) => {
    const doc = docOf(column, design)
    const renamed = column.header === column.name ? { doc } : { doc, column: column.header }
    if (column === timeColumn) return { name: column.name, type: time, ...renamed }
    const type = column.type === 'timestamp-millis' ? time : column.type
    return column.nullable || column === design.labelColumn
      ? { name: column.name, type: ['null', type], default: null, ...renamed }
      : { name: column.name, type, ...renamed }
  })
  const added = [{ name: keyField, type: 'string', doc: "The row's number in the file, from 0.", column: '#' }]
  const spaced = {
    name: timeField,
    type: time,
    doc: `The file has no time column: rows are ${rowSpacing.every} apart from ${rowSpacing.start} on.`,
    column: '#',
  }
  const fields = [...added, ...(timeColumn === undefined ? [spaced] : []), ...columns]
  const record = { type: 'record', name: pascalCase(name), doc: `A row of ${basename(file)}.`, fields }
  const lines = fields.map((field) => `    ${JSON.stringify(field)}`).join(',\n')
  return `{\n  "type": "record",\n  "name": ${JSON.stringify(record.name)},\n  "doc": ${JSON.stringify(record.doc)},\n  "fields": [\n${lines}\n  ]\n}\n`
}

/** What is known of a column, as a first sentence for people to better. */
function docOf(column: InferredColumn, { file, labelColumn, timeColumn }: StreamDesign): string {
  const what = `Column ${JSON.stringify(column.header)} of ${basename(file)}`
  if (column === labelColumn) return `${what}: what is predicted.`
  return column === timeColumn ? `${what}: when the row happened.` : `${what}.`
}

function pascalCase(name: string): string {
  return name
    .split('-')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('')
}
