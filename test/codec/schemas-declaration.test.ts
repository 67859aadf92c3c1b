import { describe, expect, it } from 'vitest'
import { eventSchema } from '../../src/codec/event-schema.ts'
import { schemasDeclaration } from '../../src/codec/schemas-declaration.ts'

const time = { type: 'long', logicalType: 'timestamp-millis' }

describe('schemasDeclaration', () => {
  it('declares each file, sorted, with its documentation', () => {
    const departure = {
      type: 'record',
      name: 'Departure',
      doc: 'A flight\n  leaves. */',
      fields: [
        { name: 'at', type: time, doc: 'When.' },
        { name: 'distance', type: ['null', 'double'] },
        { name: 'late', type: 'boolean' },
        { name: 'kind', type: [{ type: 'enum', name: 'Kind', symbols: ['freight', 'people'] }, 'null'] },
      ],
    }
    const arrival = { type: 'record', name: 'Arrival', fields: [{ name: 'id', type: 'string' }] }
    const schemas = new Map([
      ['departure.avsc', eventSchema(departure, 'departure.avsc')],
      ['arrival.avsc', eventSchema(arrival, 'arrival.avsc')],
    ])
    const text = `// Written by \`millrace types\` from *.avsc; do not edit.
import type { Timestamp } from 'millrace'

declare module 'millrace' {
  interface Schemas {
    'arrival.avsc': {
      id: string
    }
    /** A flight leaves. *\\/ */
    'departure.avsc': {
      /** When. */
      at: Timestamp
      distance: number | null
      late: boolean
      kind: 'freight' | 'people' | null
    }
  }
}
`
    expect(schemasDeclaration(schemas)).toBe(text)
    expect(schemasDeclaration(new Map([...schemas].reverse()))).toBe(text)
  })

  it('breaks unions that are longer than a line', () => {
    const symbols = Array.from({ length: 12 }, (_, i) => `symbol_number_${i}`)
    const schema = {
      type: 'record',
      name: 'E',
      fields: [{ name: 'kind', type: ['null', { type: 'enum', name: 'Kind', symbols }] }],
    }
    const text = schemasDeclaration(new Map([['e.avsc', eventSchema(schema, 'e.avsc')]]))
    expect(text).toContain("      kind:\n        | 'symbol_number_0'\n        | 'symbol_number_1'\n")
    expect(text).toContain("        | 'symbol_number_11'\n        | null\n    }\n")
    expect(text).toContain('export {}\n')
  })

  it('declares nothing where there is no schema', () => {
    expect(schemasDeclaration(new Map())).toContain('  interface Schemas {}\n')
  })

  it('refuses a file name that would break the declaration', () => {
    const schema = eventSchema({ type: 'record', name: 'E', fields: [{ name: 'x', type: 'int' }] }, 'e.avsc')
    expect(() => schemasDeclaration(new Map([["it's.avsc", schema]]))).toThrow(/Rename the file/)
  })
})
