import { isUtf8 } from 'node:buffer'
import avsc from 'avsc'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ByteReader } from '../../src/codec/byte-reader.ts'
import { skipValue } from '../../src/codec/skip-value.ts'
import { validUtf8 } from '../../src/codec/valid-utf8.ts'
import { writeVarint } from '../../src/codec/write-varint.ts'
import { anyRecord } from './arbitrary-schemas.ts'

function readerOf(bytes: Uint8Array): ByteReader {
  const reader = new ByteReader()
  reader.take(bytes)
  reader.open(0, bytes.length)
  return reader
}

const edges = [
  0,
  1,
  63,
  64,
  8191,
  8192,
  2 ** 30 - 1,
  2 ** 30,
  2 ** 31 - 1,
  2 ** 31,
  2 ** 32,
  2 ** 34,
  2 ** 41,
  2 ** 48,
  2 ** 52,
  2 ** 53 - 1,
]

describe('varints', () => {
  it('come back as they were, over the whole range of safe integers', () => {
    const bytes = new Uint8Array(16)
    const check = (value: number) => {
      const end = writeVarint(bytes, 3, value)
      const reader = readerOf(bytes.subarray(3, end))
      expect(reader.long(false)).toBe(value)
      expect([reader.wrong, reader.position]).toEqual([undefined, end - 3])
    }
    for (const edge of edges)
      for (const value of [edge, -edge, -edge - 1, edge - 1]) if (Number.isSafeInteger(value)) check(value + 0)
    fc.assert(fc.property(fc.maxSafeInteger(), check))
  })

  it('are those of avsc, within its own range', () => {
    const type = avsc.Type.forSchema('long')
    const bytes = new Uint8Array(16)
    fc.assert(
      fc.property(fc.integer({ min: -(2 ** 51), max: 2 ** 53 - 2 }), (value) => {
        expect([...bytes.subarray(0, writeVarint(bytes, 0, value))]).toEqual([...type.toBuffer(value)])
      }),
    )
  })

  it('take the value of all 64 bits when rounding', () => {
    expect(readerOf(Uint8Array.of(0xfe, 255, 255, 255, 255, 255, 255, 255, 255, 1)).long(true)).toBe(2 ** 63)
    expect(readerOf(Uint8Array.of(0xff, 255, 255, 255, 255, 255, 255, 255, 255, 1)).long(true)).toBe(-(2 ** 63))
  })

  it('that are longer than a long, or cut off, are wrong', () => {
    for (const bytes of [
      new Uint8Array(10).fill(255),
      new Uint8Array(20).fill(128),
      Uint8Array.of(0x80),
      new Uint8Array(0),
    ]) {
      const reader = readerOf(bytes)
      reader.long(true)
      expect(reader.wrong).toMatch(/larger than 2\^53|end too early/)
    }
  })
})

describe('validUtf8', () => {
  it("agrees with Node's on any bytes", () => {
    const byte = fc.oneof(
      fc.constantFrom(
        0,
        0x41,
        0x7f,
        0x80,
        0x8f,
        0x90,
        0x9f,
        0xa0,
        0xbf,
        0xc0,
        0xc1,
        0xc2,
        0xdf,
        0xe0,
        0xed,
        0xef,
        0xf0,
        0xf4,
        0xf5,
        0xff,
      ),
      fc.nat(255),
    )
    fc.assert(
      fc.property(fc.array(byte, { maxLength: 6 }), (list) => {
        const bytes = Uint8Array.from(list)
        expect(validUtf8(bytes, 0, bytes.length)).toBe(isUtf8(bytes))
      }),
      { numRuns: 20_000 },
    )
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const bytes = new TextEncoder().encode(`x${text}x`)
        expect(validUtf8(bytes, 1, bytes.length - 1)).toBe(true)
      }),
    )
  })
})

describe('skipValue', () => {
  it('moves over exactly a value', () => {
    fc.assert(
      fc.property(anyRecord, ({ schema, value }) => {
        const type = avsc.Type.forSchema(schema as never)
        const bytes = type.toBuffer(value)
        const reader = readerOf(Buffer.concat([bytes, Buffer.alloc(3)]))
        skipValue(type, reader)
        expect([reader.wrong, reader.position]).toEqual([undefined, bytes.length])
      }),
    )
  })

  it('moves over unions, enums, fixed and blocks that give their size', () => {
    const schema = {
      type: 'record',
      name: 'R',
      fields: [
        { name: 'u', type: ['null', 'int', { type: 'fixed', name: 'F', size: 3 }] },
        { name: 'e', type: { type: 'enum', name: 'E', symbols: ['a', 'b'] } },
        { name: 'l', type: { type: 'array', items: 'int' } },
      ],
    }
    const type = avsc.Type.forSchema(schema as never)
    const good = readerOf(Uint8Array.of(4, 9, 9, 9, 2, 3, 4, 1, 1, 0))
    skipValue(type, good)
    expect([good.wrong, good.position]).toEqual([undefined, 10])
    for (const bytes of [[6], [1], [0, 4], [0, 1], [4, 9], [0, 0, 3, 99]]) {
      const bad = readerOf(Uint8Array.from(bytes))
      skipValue(type, bad)
      expect(bad.wrong, String(bytes)).toBeDefined()
    }
  })
})
