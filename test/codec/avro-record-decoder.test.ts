import avsc from 'avsc'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { AvroRecordDecoder } from '../../src/codec/avro-record-decoder.ts'
import { anyRecord } from './arbitrary-schemas.ts'
import { framed } from './batch-of.ts'

describe('AvroRecordDecoder', () => {
  it('decodes values of any schema, and gives none for what is no value', () => {
    fc.assert(
      fc.property(
        anyRecord,
        fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 }),
        ({ schema, value }, changes) => {
          const type = avsc.Type.forSchema(schema as never)
          const decoder = new AvroRecordDecoder(schema, 'schema')
          const bytes = framed(9, type.toBuffer(value))
          expect(AvroRecordDecoder.schemaId(bytes)).toBe(9)
          const decoded = decoder.decode(bytes)
          expect(decoded).not.toBeUndefined()
          expect(type.toBuffer(decoded).equals(bytes.subarray(5))).toBe(true)
          expect(decoder.decode(Buffer.concat([bytes, Buffer.from([0])]))).toBeUndefined()
          for (const [at, byte] of changes) if (bytes.length > 5) bytes[5 + (at % (bytes.length - 5))] = byte
          decoder.decode(bytes)
        },
      ),
    )
  })

  it('does not take a list of a thousand million nulls at its word', () => {
    const decoder = new AvroRecordDecoder({ type: 'array', items: 'null' }, 'schema')
    expect(decoder.decode(framed(1, Buffer.from([0x80, 0x94, 0xeb, 0xdc, 0x03, 0])))).toBeUndefined()
    expect(decoder.decode(framed(1, Buffer.from([0])))).toEqual([])
  })

  it('knows values that are not in the wire format', () => {
    expect(AvroRecordDecoder.schemaId(Buffer.from('{"a": 1}'))).toBeUndefined()
    expect(AvroRecordDecoder.schemaId(Buffer.alloc(4))).toBeUndefined()
    expect(new AvroRecordDecoder('int', 'schema').decode(Buffer.alloc(3))).toBeUndefined()
  })
})
