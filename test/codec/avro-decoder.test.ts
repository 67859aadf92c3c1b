import avsc from 'avsc'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { AvroDecoder } from '../../src/codec/avro-decoder.ts'
import type { AvroSchema } from '../../src/codec/avro-schema.ts'
import { eventSchema } from '../../src/codec/event-schema.ts'
import { InputColumns } from '../../src/stream/input-columns.ts'
import { batchOf, framed } from './batch-of.ts'
import { anyRecord, eventFields } from './arbitrary-schemas.ts'
import { readRow } from './read-row.ts'

function record(...fields: object[]): AvroSchema {
  return { type: 'record', name: 'Event', fields }
}

function typeOf(schema: AvroSchema): avsc.Type {
  return avsc.Type.forSchema(schema as never)
}

/** The rows that values written by a schema with id 7 give, read by another. */
function rowsOf(reader: AvroSchema, writer: AvroSchema, values: readonly Uint8Array[], used?: readonly string[]) {
  const schema = eventSchema(reader, 'event.avsc')
  const decoder = new AvroDecoder(schema, used ? schema.fields.filter((field) => used.includes(field.name)) : undefined)
  const cause = decoder.define(7, writer)
  const columns = new InputColumns(decoder.fields, 2)
  const batch = batchOf(values.map((value) => framed(7, value)))
  expect(decoder.decode(batch, 0, batch.count, columns)).toBe(batch.count)
  return { cause, rows: values.map((_, row) => readRow(columns, row)), columns }
}

const departure = record(
  { name: 'id', type: 'string' },
  { name: 'at', type: { type: 'long', logicalType: 'timestamp-millis' } },
  { name: 'distance', type: ['null', 'double'] },
  { name: 'kind', type: { type: 'enum', name: 'Kind', symbols: ['people', 'freight'] } },
  { name: 'late', type: ['boolean', 'null'] },
)
const flights = [
  { id: 'a1', at: 978307200000, distance: 12.5, kind: 'people', late: true },
  { id: 'Zürich ✈ 🛫', at: -1, distance: null, kind: 'freight', late: null },
  { id: '', at: 9007199254740990, distance: -0.25, kind: 'people', late: false },
]

describe('AvroDecoder', () => {
  it('reads each type into its column', () => {
    const values = flights.map((flight) => typeOf(departure).toBuffer(flight))
    const { rows, columns } = rowsOf(departure, departure, values)
    expect(rows).toEqual(flights)
    expect([...columns.arrival.subarray(0, 3)]).toEqual([1000, 1001, 1002])
    expect([...columns.partition.subarray(0, 3)]).toEqual([3, 3, 3])
    expect([...columns.offset.subarray(0, 3)]).toEqual([100, 101, 102])
  })

  it('reads the fields asked for only, in their order', () => {
    const values = flights.map((flight) => typeOf(departure).toBuffer(flight))
    const { rows } = rowsOf(departure, departure, values, ['distance', 'id'])
    expect(rows).toEqual(flights.map(({ id, distance }) => ({ id, distance })))
  })

  it('appends to rows that are there, from a range of a batch', () => {
    const values = flights.map((flight) => framed(7, typeOf(departure).toBuffer(flight)))
    const decoder = new AvroDecoder(eventSchema(departure, 'event.avsc'))
    decoder.define(7, departure)
    const columns = new InputColumns(decoder.fields)
    expect(decoder.decode(batchOf(values), 1, 2, columns)).toBe(2)
    expect(decoder.decode(batchOf(values), 0, 1, columns)).toBe(1)
    expect([readRow(columns, 0), readRow(columns, 1)]).toEqual([flights[1], flights[0]])
    expect(columns.count).toBe(2)
  })

  it('agrees with avsc on any flat records', () => {
    fc.assert(
      fc.property(eventFields, fc.infiniteStream(fc.nat()), (fields, seeds) => {
        const schema = record(...fields.map(({ name, type }) => ({ name, type })))
        const type = typeOf(schema)
        const records = Array.from({ length: 5 }, () =>
          Object.fromEntries(fields.map((field) => [field.name, field.value(seeds.next().value)])),
        )
        const { rows } = rowsOf(
          schema,
          schema,
          records.map((one) => type.toBuffer(one)),
        )
        const expected = records.map((one) => ({ ...(type.fromBuffer(type.toBuffer(one)) as object) }))
        expect(rows).toEqual(expected)
      }),
    )
  })

  it('skips fields of any type', () => {
    fc.assert(
      fc.property(anyRecord, ({ schema, value }) => {
        const writer = record(
          { name: 'first', type: 'int' },
          { name: 'skipped', type: schema },
          { name: 'last', type: 'string' },
        )
        const reader = record({ name: 'first', type: 'int' }, { name: 'last', type: 'string' })
        const written = { first: -7, skipped: value, last: 'end' }
        const { rows } = rowsOf(reader, writer, [typeOf(writer).toBuffer(written)])
        expect(rows).toEqual([{ first: -7, last: 'end' }])
      }),
    )
  })

  it('never throws or reads beyond a record on any bytes, and agrees with avsc where both accept them', () => {
    const type = typeOf(departure)
    fc.assert(
      fc.property(
        fc.constantFrom(...flights),
        fc.array(fc.tuple(fc.nat(60), fc.nat(255))),
        fc.nat(60),
        (flight, changes, length) => {
          const value = type.toBuffer(flight)
          for (const [at, byte] of changes) value[at % value.length] = byte
          const cut = value.subarray(0, changes.length % 3 === 0 ? length : value.length)
          const [row] = rowsOf(departure, departure, [cut]).rows
          const expected = readWithAvsc(departure, departure, cut) as { at: number } | undefined
          if (typeof row === 'object') {
            // avsc loses the sign of numbers below -2^52
            if (Math.abs((row as { at: number }).at) < 2 ** 52) expect(row).toEqual(expected)
          } else {
            expect(row).toMatch(/^(id|at|distance|kind|late|-?\d+ bytes are left over)/)
            if (expected !== undefined)
              expect(row).toMatch(/not valid UTF-8|the number is|neither 0 nor 1|larger than 2\^53/)
          }
        },
      ),
      { numRuns: 700 },
    )
  })

  it('never hangs on corrupted lists in skipped fields', () => {
    const list = { type: 'array', items: { type: 'map', values: ['null', 'string'] } }
    const writer = record(
      { name: 'list', type: list },
      { name: 'nothings', type: { type: 'array', items: 'null' } },
      { name: 'id', type: 'string' },
    )
    const value = typeOf(writer).toBuffer({ list: [{ a: null, b: 'x' }, {}], nothings: [], id: 'y' })
    expect(rowsOf(record({ name: 'id', type: 'string' }), writer, [value]).rows).toEqual([{ id: 'y' }])
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(value.length - 1), fc.nat(255)), { minLength: 1 }), (changes) => {
        const changed = Buffer.from(value)
        for (const [at, byte] of changes) changed[at] = byte
        rowsOf(record({ name: 'id', type: 'string' }), writer, [changed])
      }),
      { numRuns: 700 },
    )
    const endless = Buffer.concat([
      Buffer.from([0]),
      Buffer.from([0xfe, 0xff, 0xff, 0xff, 0xff, 0x3f]),
      Buffer.from([0]),
    ])
    expect(rowsOf(record({ name: 'id', type: 'string' }), writer, [endless]).rows[0]).toMatch(
      /nothings: a list has items of no size/,
    )
  })

  it('ends on schemas that contain themselves', () => {
    const tree = {
      type: 'record',
      name: 'Tree',
      fields: [
        { name: 'left', type: ['null', 'Tree'] },
        { name: 'right', type: ['null', 'Tree'] },
      ],
    }
    const writer = record({ name: 'tree', type: tree }, { name: 'id', type: 'string' })
    const reader = record({ name: 'id', type: 'string' })
    const value = typeOf(writer).toBuffer({ tree: { left: { left: null, right: null }, right: null }, id: 'x' })
    expect(rowsOf(reader, writer, [value]).rows).toEqual([{ id: 'x' }])
    expect(rowsOf(reader, writer, [new Uint8Array(200).fill(2)]).rows[0]).toMatch(
      /tree: a value is nested deeper than 64 levels/,
    )
    const endless = record(
      {
        name: 'loop',
        type: {
          type: 'record',
          name: 'Loop',
          fields: [
            { name: 'a', type: 'Loop' },
            { name: 'b', type: 'Loop' },
          ],
        },
      },
      { name: 'id', type: 'string' },
    )
    expect(rowsOf(reader, endless, [new Uint8Array(5)]).rows[0]).toMatch(/loop: a value is nested deeper/)
  })
})

describe('what AvroDecoder rejects', () => {
  const number = record({ name: 'x', type: 'double' }, { name: 's', type: 'string' })
  const good = typeOf(number).toBuffer({ x: 1, s: 'ab' })

  function cause(value: Uint8Array | null, options = {}): unknown {
    const decoder = new AvroDecoder(eventSchema(number, 'event.avsc'), undefined, options)
    decoder.define(7, number)
    const columns = new InputColumns(decoder.fields)
    decoder.decode(batchOf([framed(7, good), value, framed(7, good)]), 0, 3, columns)
    expect(readRow(columns, 0)).toEqual({ x: 1, s: 'ab' })
    expect(readRow(columns, 2)).toEqual({ x: 1, s: 'ab' })
    return readRow(columns, 1)
  }

  function double(x: number): Buffer {
    return framed(7, typeOf(number).toBuffer({ x, s: 'ab' }))
  }

  it.each<[string, Uint8Array | null, RegExp]>([
    ['a tombstone', null, /^the value is null \(a tombstone\)$/],
    ['an empty value', Buffer.alloc(0), /^the value has 0 bytes, fewer than the 5/],
    ['another magic byte', Buffer.from('{"x": 1}'), /^the value begins with byte 123, not with/],
    ['a value cut off', framed(7, good.subarray(0, 10)), /^s: the bytes end too early$/],
    ['a value cut off in a number', framed(7, good.subarray(0, 5)), /^x: the bytes end too early$/],
    ['bytes left over', framed(7, Buffer.concat([good, Buffer.alloc(3)])), /^3 bytes are left over after the record$/],
    [
      'a negative length',
      framed(7, Buffer.concat([good.subarray(0, 8), Buffer.from([1])])),
      /^s: a length is negative$/,
    ],
    ['NaN', double(Number.NaN), /^x: the number is NaN$/],
    ['infinity', double(Number.NEGATIVE_INFINITY), /^x: the number is -Infinity$/],
    [
      'text that is not UTF-8',
      framed(7, Buffer.concat([good.subarray(0, 9), Buffer.from([0xc3, 0x28])])),
      /^s: the text is not valid UTF-8$/,
    ],
  ])('%s', (_, value, message) => {
    expect(cause(value)).toMatch(message)
  })

  it('values above a bound', () => {
    expect(cause(framed(7, typeOf(number).toBuffer({ x: 1, s: 'x'.repeat(100) })), { maxMessageBytes: 64 })).toBe(
      'the value has 115 bytes, more than 64',
    )
    expect(cause(framed(7, Buffer.alloc(1_048_572)))).toBe('the value has 1048577 bytes, more than 1048576')
  })

  it('numbers that JavaScript or the type cannot hold', () => {
    const wide = Buffer.from([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01])
    expect(rowsOf(record({ name: 'n', type: 'long' }), record({ name: 'n', type: 'long' }), [wide]).rows[0]).toBe(
      'n: a number is larger than 2^53',
    )
    expect(rowsOf(record({ name: 'n', type: 'double' }), record({ name: 'n', type: 'long' }), [wide]).rows[0]).toEqual({
      n: -(2 ** 63),
    })
    expect(rowsOf(record({ name: 'n', type: 'int' }), record({ name: 'n', type: 'int' }), [wide]).rows[0]).toMatch(
      /n: a/,
    )
    const five = Buffer.from([0x80, 0x80, 0x80, 0x80, 0x10])
    expect(rowsOf(record({ name: 'n', type: 'int' }), record({ name: 'n', type: 'int' }), [five]).rows[0]).toBe(
      'n: an int has more than 32 bits',
    )
    const eleven = Buffer.alloc(11, 0x80)
    expect(
      rowsOf(record({ name: 'n', type: 'double' }), record({ name: 'n', type: 'long' }), [eleven]).rows[0],
    ).toMatch(/^n: /)
  })
})

describe('schema ids', () => {
  const schema = record({ name: 'x', type: 'int' })
  const value = typeOf(schema).toBuffer({ x: 5 })

  it('that are not known yet stop the decoder before their record', () => {
    const decoder = new AvroDecoder(eventSchema(schema, 'event.avsc'))
    const columns = new InputColumns(decoder.fields)
    const batch = batchOf([framed(1, value), framed(4_294_967_295, value), null, framed(2, value)])
    expect(decoder.decode(batch, 0, 4, columns)).toBe(0)
    expect(decoder.unresolved).toBe(1)
    expect(decoder.define(1, schema)).toBeUndefined()
    expect(decoder.decode(batch, 0, 4, columns)).toBe(1)
    expect(decoder.unresolved).toBe(4_294_967_295)
    expect(decoder.define(4_294_967_295, undefined)).toMatch(/no schema with id 4294967295/)
    expect(decoder.decode(batch, 1, 4, columns)).toBe(3)
    expect(decoder.unresolved).toBe(2)
    decoder.define(2, schema)
    expect(decoder.decode(batch, 3, 4, columns)).toBe(4)
    expect(decoder.unresolved).toBe(-1)
    expect([0, 1, 2, 3].map((row) => readRow(columns, row))).toEqual([
      { x: 5 },
      'the schema registry has no schema with id 4294967295',
      'the value is null (a tombstone)',
      { x: 5 },
    ])
  })

  it('may be defined anew', () => {
    const decoder = new AvroDecoder(eventSchema(schema, 'event.avsc'))
    const columns = new InputColumns(decoder.fields)
    decoder.define(1, undefined)
    decoder.decode(batchOf([framed(1, value)]), 0, 1, columns)
    decoder.define(1, schema)
    decoder.decode(batchOf([framed(1, value)]), 0, 1, columns)
    expect(readRow(columns, 0)).toMatch(/no schema/)
    expect(readRow(columns, 1)).toEqual({ x: 5 })
  })

  it('beyond a thousand push out the oldest, which is asked for again', () => {
    const decoder = new AvroDecoder(eventSchema(schema, 'event.avsc'))
    for (let id = 1; id <= 1001; id++) decoder.define(id, undefined)
    const columns = new InputColumns(decoder.fields)
    expect(decoder.decode(batchOf([framed(2, value), framed(1, value)]), 0, 2, columns)).toBe(1)
    expect(decoder.unresolved).toBe(1)
  })

  it('of schemas that are none reject their records', () => {
    const decoder = new AvroDecoder(eventSchema(schema, 'event.avsc'))
    expect(decoder.define(1, { type: 'recrod' })).toMatch(/schema id 1: not a valid Avro schema/)
    const columns = new InputColumns(decoder.fields)
    decoder.decode(batchOf([framed(1, value)]), 0, 1, columns)
    expect(readRow(columns, 0)).toMatch(/not a valid Avro schema/)
  })
})

describe('schema evolution', () => {
  const old = record({ name: 'a', type: 'int' })

  function evolved(reader: AvroSchema, writer: AvroSchema, value: object) {
    const bytes = typeOf(writer).toBuffer(value)
    const { cause, rows } = rowsOf(reader, writer, [bytes])
    return cause ?? rows[0]
  }

  it('a field added with a default', () => {
    const fields = [
      { name: 's', type: 'string', default: 'Ünknown' },
      { name: 'n', type: ['null', 'string'], default: null },
      { name: 'd', type: ['double', 'null'], default: 1.5 },
      { name: 'b', type: 'boolean', default: true },
      { name: 'm', type: ['null', 'double'], default: null },
    ]
    const reader = record(...fields, { name: 'a', type: 'int' })
    expect(evolved(reader, old, { a: 4 })).toEqual({ s: 'Ünknown', n: null, d: 1.5, b: true, m: null, a: 4 })
    expect(evolved(record({ name: 'a', type: 'int' }, { name: 's', type: 'string' }), old, { a: 4 })).toMatch(
      /no field 's' and the reader's no default/,
    )
  })

  it('a field removed', () => {
    const writer = record(
      { name: 'gone', type: 'string' },
      { name: 'a', type: 'int' },
      { name: 'gone2', type: ['null', 'bytes'] },
    )
    expect(evolved(old, writer, { gone: 'x', a: 4, gone2: Buffer.from('y') })).toEqual({ a: 4 })
  })

  it('a field renamed by an alias, and one read twice', () => {
    const reader = record({ name: 'b', type: 'long', aliases: ['a'] }, { name: 'a', type: 'double' })
    expect(evolved(reader, old, { a: 4 })).toEqual({ b: 4, a: 4 })
    const twice = record({ name: 'a', type: 'string', aliases: ['b'] })
    expect(
      evolved(twice, record({ name: 'a', type: 'string' }, { name: 'b', type: 'string' }), { a: 'x', b: 'y' }),
    ).toMatch(/several of that name or alias/)
  })

  it('numbers widened', () => {
    for (const [from, to] of [
      ['int', 'long'],
      ['int', 'float'],
      ['int', 'double'],
      ['long', 'float'],
      ['long', 'double'],
      ['float', 'double'],
    ]) {
      expect(evolved(record({ name: 'a', type: to }), record({ name: 'a', type: from }), { a: 4 })).toEqual({ a: 4 })
      expect(evolved(record({ name: 'a', type: from }), record({ name: 'a', type: to }), { a: 4 })).toMatch(
        /can't be read: the writer has/,
      )
    }
    expect(
      evolved(record({ name: 'a', type: 'string' }), record({ name: 'a', type: 'bytes' }), { a: Buffer.from('é') }),
    ).toEqual({ a: 'é' })
  })

  it('null allowed, or allowed no more', () => {
    const nullable = record({ name: 'a', type: ['null', 'double'] })
    expect(evolved(nullable, old, { a: 4 })).toEqual({ a: 4 })
    expect(evolved(record({ name: 'a', type: 'double' }), nullable, { a: 4 })).toEqual({ a: 4 })
    expect(evolved(record({ name: 'a', type: 'double' }), nullable, { a: null })).toBe(
      'a: null, where the schema allows none',
    )
    const either = record({ name: 'a', type: ['null', 'int', 'string'] })
    expect(evolved(nullable, either, { a: 4 })).toEqual({ a: 4 })
    expect(evolved(nullable, either, { a: 'x' })).toBe('a: a value of type string')
    expect(evolved(old, record({ name: 'a', type: ['null', 'string'] }), { a: null })).toMatch(/can't be read/)
  })

  it('symbols of an enum reordered, added, and added with a default', () => {
    const kind = (symbols: string[], more = {}) =>
      record({ name: 'k', type: { type: 'enum', name: 'Kind', symbols, ...more } })
    expect(evolved(kind(['a', 'b']), kind(['b', 'a']), { k: 'b' })).toEqual({ k: 'b' })
    expect(evolved(kind(['a', 'b']), kind(['a', 'c']), { k: 'a' })).toEqual({ k: 'a' })
    expect(evolved(kind(['a', 'b']), kind(['a', 'c']), { k: 'c' })).toMatch(
      /symbol 1 of the writer's enum is not one of the schema's/,
    )
    expect(evolved(kind(['a', 'b'], { default: 'b' }), kind(['a', 'c']), { k: 'c' })).toEqual({ k: 'b' })
    expect(evolved(kind(['a', 'b']), kind(['c']), { k: 'c' })).toMatch(/can't be read/)
  })

  it('names count without their namespaces, and aliases count', () => {
    const named = (name: string, more = {}): AvroSchema => ({
      type: 'record',
      name,
      fields: [{ name: 'a', type: 'int' }],
      ...more,
    })
    expect(evolved(named('Event'), named('com.shop.Event'), { a: 1 })).toEqual({ a: 1 })
    expect(evolved(named('Event', { aliases: ['Order'] }), named('Order', { namespace: 'x' }), { a: 1 })).toEqual({
      a: 1,
    })
    expect(evolved(named('Event'), named('Order'), { a: 1 })).toMatch(
      /the writer's record is called Order, the reader's Event/,
    )
    const decoder = new AvroDecoder(eventSchema(old, 'event.avsc'))
    expect(decoder.define(1, 'int')).toMatch(/not a record but int/)
  })

  it('reads whatever avsc can resolve, with the same values', () => {
    fc.assert(
      fc.property(eventFields, eventFields, fc.nat(), (writerFields, readerFields, seed) => {
        const writer = record(...writerFields.map(({ name, type }) => ({ name, type })))
        const reader = record(
          ...readerFields.map(({ name, type, value }, i) =>
            i % 2 === 0 ? { name, type } : { name, type, default: value.firstBranch },
          ),
        )
        const bytes = typeOf(writer).toBuffer(
          Object.fromEntries(writerFields.map((field) => [field.name, field.value(seed)])),
        )
        const expected = readWithAvsc(reader, writer, bytes)
        const { cause, rows } = rowsOf(reader, writer, [bytes])
        if (expected !== undefined) expect(cause ?? rows[0]).toEqual(expected)
      }),
      { numRuns: 700 },
    )
  })
})

function readWithAvsc(reader: AvroSchema, writer: AvroSchema, bytes: Buffer): object | undefined {
  const type = typeOf(reader)
  try {
    return { ...(type.fromBuffer(bytes, type.createResolver(typeOf(writer), { ignoreNamespaces: true })) as object) }
  } catch {
    return undefined
  }
}
