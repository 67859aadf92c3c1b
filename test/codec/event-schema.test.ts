import { describe, expect, it } from 'vitest'
import type { AvroSchema } from '../../src/codec/avro-schema.ts'
import { eventSchema, usedFields } from '../../src/codec/event-schema.ts'
import { MillraceError } from '../../src/errors.ts'

function record(...fields: object[]): AvroSchema {
  return { type: 'record', name: 'Event', namespace: 'shop', doc: 'An event.', fields }
}

function refusal(schema: AvroSchema): string {
  try {
    eventSchema(schema, 'event.avsc')
  } catch (error) {
    expect(error).toBeInstanceOf(MillraceError)
    expect((error as MillraceError).code).toBe('MILLRACE_CODEC_SCHEMA')
    return (error as Error).message
  }
  throw new Error('the schema was accepted')
}

describe('eventSchema', () => {
  it('reads each type that a field may have', () => {
    const plain = ['int', 'long', 'float', 'double', 'boolean', 'string']
    const schema = eventSchema(record(...plain.map((type) => ({ name: `a_${type}`, type }))), 'event.avsc')
    expect(schema.name).toBe('shop.Event')
    expect(schema.doc).toBe('An event.')
    expect(schema.fields.map((field) => [field.avro, field.type, field.nullable])).toEqual([
      ['int', 'number', false],
      ['long', 'number', false],
      ['float', 'number', false],
      ['double', 'number', false],
      ['boolean', 'boolean', false],
      ['string', 'string', false],
    ])
  })

  it('reads timestamps, enums, uuids and unions with null in either order', () => {
    const time = { type: 'long', logicalType: 'timestamp-millis' }
    const color = { type: 'enum', name: 'Color', symbols: ['red', 'green'] }
    const { fields } = eventSchema(
      record(
        { name: 'at', type: time, doc: 'When.' },
        { name: 'color', type: color },
        { name: 'other', type: ['null', 'Color'], default: null },
        { name: 'third', type: 'shop.Color', default: 'green' },
        { name: 'later', type: [time, 'null'], default: 5 },
        { name: 'id', type: { type: 'string', logicalType: 'uuid' } },
      ),
      'event.avsc',
    )
    expect(fields).toEqual([
      {
        name: 'at',
        type: 'timestamp',
        nullable: false,
        avro: 'timestamp-millis',
        symbols: [],
        default: undefined,
        doc: 'When.',
      },
      {
        name: 'color',
        type: 'string',
        nullable: false,
        avro: 'enum',
        symbols: ['red', 'green'],
        default: undefined,
        doc: undefined,
      },
      {
        name: 'other',
        type: 'string',
        nullable: true,
        avro: 'enum',
        symbols: ['red', 'green'],
        default: null,
        doc: undefined,
      },
      {
        name: 'third',
        type: 'string',
        nullable: false,
        avro: 'enum',
        symbols: ['red', 'green'],
        default: 'green',
        doc: undefined,
      },
      {
        name: 'later',
        type: 'timestamp',
        nullable: true,
        avro: 'timestamp-millis',
        symbols: [],
        default: 5,
        doc: undefined,
      },
      { name: 'id', type: 'string', nullable: false, avro: 'string', symbols: [], default: undefined, doc: undefined },
    ])
  })

  it.each([
    ['an array', { type: 'array', items: 'double' }, /event.avsc, field 'x': the type is array.*publish the numbers/],
    ['a map', { type: 'map', values: 'double' }, /field 'x': the type is map/],
    ['a record', { type: 'record', name: 'R', fields: [] }, /field 'x': the type is record.*flatten it/],
    ['bytes', 'bytes', /field 'x': the type is bytes.*use int, long/],
    ['fixed', { type: 'fixed', name: 'F', size: 4 }, /field 'x': the type is fixed/],
    ['null alone', 'null', /field 'x': the type is null/],
    ['a union of two types', ['int', 'string'], /field 'x': a union of several types/],
    ['a union of three', ['null', 'int', 'string'], /field 'x': a union of several types/],
    [
      'a decimal',
      { type: 'bytes', logicalType: 'decimal', precision: 4 },
      /field 'x': the logical type is decimal on bytes/,
    ],
    ['microseconds', { type: 'long', logicalType: 'timestamp-micros' }, /timestamp-micros on long.*plain long/],
    ['a date', ['null', { type: 'int', logicalType: 'date' }], /the logical type is date on int/],
    ['milliseconds on an int', { type: 'int', logicalType: 'timestamp-millis' }, /timestamp-millis on int/],
  ])('refuses %s, naming file, field and remedy', (_, type, message) => {
    expect(refusal(record({ name: 'x', type }))).toMatch(message)
  })

  it.each<[string, AvroSchema, RegExp]>([
    ['not a record', 'int', /event.avsc: the schema is an int/],
    ['an enum', { type: 'enum', name: 'E', symbols: ['a'] }, /the schema is an enum/],
    ['no name', { type: 'record', fields: [{ name: 'x', type: 'int' }] }, /event.avsc/],
    ['no fields', record(), /the record has no fields/],
    ['a name that is none', record({ name: 'a-b', type: 'int' }), /not a valid Avro schema \(invalid field name/],
    ['an unknown type', record({ name: 'x', type: 'strng' }), /not a valid Avro schema \(undefined type name/],
    ['a field twice', record({ name: 'x', type: 'int' }, { name: 'x', type: 'int' }), /duplicate field name/],
    ['a wrong default', record({ name: 'x', type: 'int', default: 'a' }), /incompatible field default/],
    ['a field called __proto__', record({ name: '__proto__', type: 'int' }), /called '__proto__'/],
    ['nothing at all', null as never, /not a valid Avro schema/],
  ])('refuses a schema that is %s', (_, schema, message) => {
    expect(refusal(schema)).toMatch(message)
  })

  it('bounds the size of schemas', () => {
    const fields = Array.from({ length: 1001 }, (_, i) => ({ name: `f${i}`, type: 'int' }))
    expect(refusal(record(...fields))).toMatch(/more than 1000 entries/)
    expect(eventSchema(record(...fields.slice(1)), 'event.avsc').fields).toHaveLength(1000)
    expect(refusal(record({ name: 'x', type: 'int', doc: 'x'.repeat(300_000) }))).toMatch(/larger than 262144 bytes/)
    let deep: AvroSchema = 'int'
    for (let i = 0; i < 200; i++) deep = { type: 'array', items: deep }
    expect(refusal(record({ name: 'x', type: deep }))).toMatch(/nested deeper/)
  })
})

describe('usedFields', () => {
  it('gives the fields asked for, in that order, and refuses others', () => {
    const schema = eventSchema(record({ name: 'a', type: 'int' }, { name: 'b', type: 'string' }), 'event.avsc')
    const [a, b] = schema.fields
    expect(usedFields(schema, [b, a])).toEqual([b, a])
    expect(() => usedFields(schema, [{ ...a, name: 'c' }])).toThrow(/no field 'c'/)
  })
})
