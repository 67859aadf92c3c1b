import avsc from 'avsc'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { AvroDecoder } from '../../src/codec/avro-decoder.ts'
import { AvroEncoder } from '../../src/codec/avro-encoder.ts'
import type { AvroSchema } from '../../src/codec/avro-schema.ts'
import { encodeJson } from '../../src/codec/encode-json.ts'
import { eventSchema } from '../../src/codec/event-schema.ts'
import { JsonDecoder } from '../../src/codec/json-decoder.ts'
import { publishedSchemas } from '../../src/codec/published-schemas.ts'
import { OutgoingBatchBuilder } from '../../src/log/outgoing-batch-builder.ts'
import { InputColumns } from '../../src/stream/input-columns.ts'
import { eventFields } from './arbitrary-schemas.ts'
import { batchOf, framed } from './batch-of.ts'
import { readRow } from './read-row.ts'

function record(...fields: object[]): AvroSchema {
  return { type: 'record', name: 'Event', fields }
}

function valueOf(builder: OutgoingBatchBuilder, index: number): Buffer {
  return builder.bytes.subarray(builder.valueStarts[index], builder.valueEnds[index])
}

describe('AvroEncoder', () => {
  it('writes rows of columns as avsc does, and JSON that reads the same', () => {
    fc.assert(
      fc.property(eventFields, fc.infiniteStream(fc.nat()), (fields, seeds) => {
        const avro = record(...fields.map(({ name, type }) => ({ name, type })))
        const type = avsc.Type.forSchema(avro as never)
        const schema = eventSchema(avro, 'event.avsc')
        const values = Array.from({ length: 4 }, () =>
          type.toBuffer(Object.fromEntries(fields.map((field) => [field.name, field.value(seeds.next().value)]))),
        )
        const decoder = new AvroDecoder(schema)
        decoder.define(1, avro)
        const columns = new InputColumns(decoder.fields)
        decoder.decode(batchOf(values.map((value) => framed(1, value))), 0, 4, columns)
        const encoder = new AvroEncoder(avro, 513, 'event.avsc')
        const builder = new OutgoingBatchBuilder('out', 0, 1)
        const json = new OutgoingBatchBuilder('out', 0, 1)
        for (let row = 0; row < 4; row++) {
          builder.add(row)
          encoder.row(builder, columns, row)
          expect(valueOf(builder, row).equals(framed(513, values[row]))).toBe(true)
          json.add(row)
          encodeJson(json, columns, row)
        }
        const again = new InputColumns(decoder.fields)
        new JsonDecoder(schema).decode(batchOf([0, 1, 2, 3].map((row) => valueOf(json, row))), 0, 4, again)
        for (let row = 0; row < 4; row++) expect(readRow(again, row)).toEqual(readRow(columns, row))
      }),
    )
  })

  it('writes a prediction field by field', async () => {
    const { prediction } = await publishedSchemas()
    const encoder = new AvroEncoder(prediction, 2, 'prediction.avsc')
    const builder = new OutgoingBatchBuilder('out', 0, 1)
    const id = Buffer.from('..Zürich..')
    for (const multiclass of [true, false]) {
      builder.add(5)
      encoder.begin(builder)
      encoder.bytes(id, 2, id.length - 2)
      encoder.number(978307200000)
      encoder.text('0-17')
      encoder.number(0.75)
      if (multiclass) {
        encoder.text('spät')
        encoder.numbersByName(['früh', 'spät'], Float64Array.of(9, 0.25, 0.75), 1)
      } else {
        encoder.null()
        encoder.null()
      }
      encoder.null()
      encoder.number(Number.POSITIVE_INFINITY)
      encoder.number(0)
      encoder.number(2 ** 40)
      encoder.end()
    }
    const type = avsc.Type.forSchema(prediction as never)
    const common = {
      id: 'Zürich',
      eventTime: 978307200000,
      modelVersion: '0-17',
      prediction: 0.75,
      lower: null,
      upper: Number.POSITIVE_INFINITY,
      task: 0,
      sequence: 2 ** 40,
    }
    expect(type.fromBuffer(valueOf(builder, 0).subarray(5))).toEqual({
      ...common,
      class: 'spät',
      probabilities: { früh: 0.25, spät: 0.75 },
    })
    expect(type.fromBuffer(valueOf(builder, 1).subarray(5))).toEqual({ ...common, class: null, probabilities: null })
    expect([...valueOf(builder, 0).subarray(0, 5)]).toEqual([0, 0, 0, 0, 2])
  })

  it('writes each other kind of field', () => {
    const avro = record(
      { name: 'f', type: 'float' },
      { name: 'b', type: 'boolean' },
      { name: 'e', type: { type: 'enum', name: 'E', symbols: ['a', 'b'] } },
      { name: 'e2', type: ['E', 'null'] },
      { name: 'n', type: ['null', { type: 'array', items: 'double' }] },
      { name: 'none', type: { type: 'array', items: 'double' } },
      { name: 'y', type: 'bytes' },
      { name: 'm', type: { type: 'map', values: 'double' } },
    )
    const encoder = new AvroEncoder(avro, 1, 'event.avsc')
    const builder = new OutgoingBatchBuilder('out', 0)
    builder.add(0)
    encoder.begin(builder)
    encoder.number(0.5)
    encoder.boolean(true)
    encoder.text('b')
    encoder.bytes(Buffer.from('a'), 0, 1)
    encoder.numbers([1, 2, 3], 1, 2)
    encoder.numbers([], 0, 0)
    encoder.bytes(Uint8Array.of(255, 0), 0, 2)
    encoder.numbersByName([], [], 0)
    encoder.end()
    const value = avsc.Type.forSchema(avro as never).fromBuffer(valueOf(builder, 0).subarray(5))
    expect(value).toEqual({ f: 0.5, b: true, e: 'b', e2: 'a', n: [2, 3], none: [], y: Buffer.from([255, 0]), m: {} })
  })

  it('writes objects of any schema, however large', async () => {
    const schemas = await publishedSchemas()
    const encoder = new AvroEncoder(schemas['dead-letter'], 4, 'dead-letter.avsc')
    const letter = {
      topic: 'flights',
      partition: 3,
      offset: 12,
      timestamp: 5,
      stage: 'decode',
      cause: 'x: the number is NaN',
      key: null,
      value: Buffer.alloc(500_000, 7),
      size: 500_000,
      sha256: null,
      headers: [{ name: 'trace', value: Buffer.from([1, 2]) }],
      task: 0,
      sequence: 9,
    }
    const builder = new OutgoingBatchBuilder('out', 0, 1)
    builder.add(0)
    encoder.record(builder, letter)
    builder.add(0)
    encoder.record(builder, { ...letter, value: null })
    const type = avsc.Type.forSchema(schemas['dead-letter'] as never)
    expect(type.fromBuffer(valueOf(builder, 0).subarray(5))).toEqual(letter)
    expect(type.fromBuffer(valueOf(builder, 1).subarray(5))).toEqual({ ...letter, value: null })
  })

  it('refuses what the schema does not allow, naming the field, and the record can be taken back', () => {
    const avro = record({ name: 'i', type: 'int' }, { name: 's', type: 'string' })
    const encoder = new AvroEncoder(avro, 1, 'event.avsc')
    const builder = new OutgoingBatchBuilder('out', 0)
    const refused = (write: () => void): string => {
      builder.add(0)
      builder.setKeyText('k')
      encoder.begin(builder)
      try {
        write()
      } catch (error) {
        expect(error).toMatchObject({ code: 'MILLRACE_CODEC_ENCODE' })
        builder.removeLast()
        expect([builder.count, builder.used]).toEqual([0, 0])
        return (error as Error).message
      }
      throw new Error('not refused')
    }
    expect(refused(() => encoder.number(1.5))).toMatch(/^event.avsc, field 'i': 1.5 is not an int/)
    expect(refused(() => encoder.number(2 ** 31))).toMatch(/is not an int/)
    expect(refused(() => encoder.null())).toMatch(/field 'i': null/)
    expect(refused(() => encoder.text('a'))).toMatch(/field 'i': a string/)
    expect(refused(() => encoder.boolean(true))).toMatch(/field 'i': a boolean/)
    expect(refused(() => encoder.numbers([], 0, 0))).toMatch(/field 'i': an array/)
    expect(refused(() => encoder.numbersByName([], [], 0))).toMatch(/field 'i': a map/)
    const first = () => encoder.number(1)
    expect(refused(() => [first(), encoder.number(1)])).toMatch(/field 's': a number/)
    expect(refused(() => [first(), encoder.end()])).toMatch(/field 's': the record ended without it/)
    expect(refused(() => [first(), encoder.text('a'), encoder.text('b')])).toMatch(
      /more values than the record has fields/,
    )
    expect(refused(() => encoder.record(builder, { i: 1 }))).toMatch(/event.avsc: invalid "string": undefined/)
    expect(() => new AvroEncoder(avro, 1, 'event.avsc').number(1)).toThrow(/outside of a record/)
    expect(() => new AvroEncoder('int', 1, 'event.avsc')).toThrow(/the schema is int/)
    const symbols = new AvroEncoder(
      record({ name: 'e', type: { type: 'enum', name: 'E', symbols: ['a'] } }),
      1,
      'event.avsc',
    )
    builder.add(0)
    symbols.begin(builder)
    expect(() => symbols.text('z')).toThrow(/'z' is not one of its symbols/)
  })
})

describe('OutgoingBatchBuilder', () => {
  it('keeps keys, values, timestamps and headers apart, and forgets them', () => {
    const builder = new OutgoingBatchBuilder('out', 4, 1)
    const text = (from: number, to: number) => (from < 0 ? null : builder.bytes.toString('utf8', from, to))
    const header = [['h', Uint8Array.of(1)]] as const
    for (let round = 0; round < 2; round++) {
      builder.add(10)
      builder.setKey(Buffer.from('__key__'), 2, 5)
      builder.setValue(Buffer.from('v'.repeat(100)))
      builder.add(11)
      builder.add(12)
      builder.setKeyText('Zürich')
      builder.setValueText('wert ✈')
      builder.setHeaders(header)
      expect([builder.topic, builder.partition, builder.count]).toEqual(['out', 4, 3])
      expect([...builder.timestamps.subarray(0, 3)]).toEqual([10, 11, 12])
      expect([0, 1, 2].map((i) => text(builder.keyStarts[i], builder.keyEnds[i]))).toEqual(['key', null, 'Zürich'])
      expect([0, 1, 2].map((i) => text(builder.valueStarts[i], builder.valueEnds[i]))).toEqual([
        'v'.repeat(100),
        null,
        'wert ✈',
      ])
      expect(builder.headers).toEqual(new Map([[2, header]]))
      builder.removeLast()
      expect(builder.headers).toEqual(new Map())
      builder.clear()
      expect([builder.count, builder.used, builder.headers]).toEqual([0, 0, undefined])
    }
  })

  it('has a bound', () => {
    const builder = new OutgoingBatchBuilder('out', 0)
    expect(() => builder.room(2 ** 30)).toThrow(/^out: a batch of more than/)
  })
})
