import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { eventSchema } from '../../src/codec/event-schema.ts'
import { JsonDecoder } from '../../src/codec/json-decoder.ts'
import { InputColumns } from '../../src/stream/input-columns.ts'
import { batchOf } from './batch-of.ts'
import { readRow } from './read-row.ts'

const schema = eventSchema(
  {
    type: 'record',
    name: 'Event',
    fields: [
      { name: 'id', type: 'string' },
      { name: 'at', type: { type: 'long', logicalType: 'timestamp-millis' } },
      { name: 'n', type: 'int', default: 7 },
      { name: 'l', type: ['null', 'long'] },
      { name: 'x', type: ['null', 'double'], default: null },
      { name: 'b', type: ['boolean', 'null'], default: true },
      { name: 'kind', type: ['null', { type: 'enum', name: 'Kind', symbols: ['a', 'b'] }] },
    ],
  },
  'event.avsc',
)
const good = { id: 'é"\n', at: 5, n: -1, l: 2 ** 53 - 1, x: 0.1, b: false, kind: 'b' }

function decoded(text: string | Uint8Array | null, options = {}) {
  const decoder = new JsonDecoder(schema, undefined, options)
  const columns = new InputColumns(decoder.fields)
  const values = [Buffer.from(JSON.stringify(good)), text === null ? null : Buffer.from(text as string)]
  expect(decoder.decode(batchOf(values), 0, 2, columns)).toBe(2)
  expect(decoder.unresolved).toBe(-1)
  expect(readRow(columns, 0)).toEqual(good)
  return readRow(columns, 1)
}

describe('JsonDecoder', () => {
  it('takes defaults, nulls for what may be null, times with a zone, and passes over other fields', () => {
    expect(decoded('{"id": "x", "at": "2001-01-01T01:00:00.250+01:00", "other": [{}]}')).toEqual({
      id: 'x',
      at: 978307200250,
      n: 7,
      l: null,
      x: null,
      b: true,
      kind: null,
    })
    expect(decoded('{"id": "", "at": -1, "n": 0, "b": null, "kind": null, "x": -0.5, "l": 1}')).toEqual({
      id: '',
      at: -1,
      n: 0,
      l: 1,
      x: -0.5,
      b: null,
      kind: null,
    })
    expect(decoded('{"id": "a", "at": "2001-01-01T00:00Z", "__proto__": {"n": 3}}')).toMatchObject({
      at: 978307200000,
      n: 7,
    })
  })

  it('reads the fields asked for only', () => {
    const decoder = new JsonDecoder(schema, [schema.fields[4], schema.fields[0]])
    const columns = new InputColumns(decoder.fields)
    decoder.decode(batchOf([Buffer.from('{"id": "a", "x": 2}')]), 0, 1, columns)
    expect(readRow(columns, 0)).toEqual({ x: 2, id: 'a' })
  })

  it.each<[string, string | Uint8Array | null, RegExp]>([
    ['a tombstone', null, /tombstone/],
    ['text that is not JSON', '{"id": ', /^the value is not valid JSON \(/],
    ['nothing', '', /^the value is not valid JSON \(/],
    ['bytes that are not UTF-8', Uint8Array.of(0x22, 0xff, 0x22), /^the value is not valid JSON \(/],
    ['an array', '[1]', /^the record is an array, not an object$/],
    ['null', 'null', /^the record is null, not an object$/],
    ['a number', '5', /^the record is a number, not an object$/],
    ['a field missing', '{"id": "x"}', /^at: missing$/],
    ['null where none may be', '{"id": null, "at": 1}', /^id: null, where the schema allows none$/],
    ['null in a number', '{"id": "x", "at": null}', /^at: null, where the schema allows none$/],
    ['a number for a string', '{"id": 5, "at": 1}', /^id: a number, not a string$/],
    ['a string for a number', '{"id": "x", "at": 1, "n": "5"}', /^n: the string '5', not a number$/],
    ['an object for a number', '{"id": "x", "at": 1, "n": {"int": 5}}', /^n: an object, not a number$/],
    ['a number for a boolean', '{"id": "x", "at": 1, "b": 1}', /^b: a number, not a boolean$/],
    ['a fraction in an int', '{"id": "x", "at": 1, "n": 1.5}', /^n: 1.5 is not a whole number that int can hold$/],
    [
      'an int too large',
      '{"id": "x", "at": 1, "n": 2147483648}',
      /^n: 2147483648 is not a whole number that int can hold$/,
    ],
    ['a long too large', '{"id": "x", "at": 1, "l": 9007199254740993}', /^l: 9007199254740992 is not a whole number/],
    ['a fraction of a millisecond', '{"id": "x", "at": 1.5}', /^at: 1.5 is not a whole number/],
    ['a number beyond doubles', '{"id": "x", "at": 1, "x": 1e999}', /^x: the number is Infinity$/],
    [
      'a time without a zone',
      '{"id": "x", "at": "2001-01-01T00:00:00"}',
      /^at: the string '2001-01-01T00:00:00', not a timestamp$/,
    ],
    ['a time that is none', '{"id": "x", "at": "2001-13-01T00:00:00Z"}', /^at: no date and time$/],
    ['a symbol that is none', '{"id": "x", "at": 1, "kind": "c"}', /^kind: 'c' is not one of a, b$/],
  ])('rejects %s', (_, text, message) => {
    expect(decoded(text)).toMatch(message)
  })

  it('rejects values above a bound', () => {
    expect(decoded(JSON.stringify({ ...good, id: 'x'.repeat(200) }), { maxMessageBytes: 128 })).toMatch(
      /bytes, more than 128/,
    )
  })

  it('never throws on any bytes', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => void decoded(bytes)))
    fc.assert(fc.property(fc.json(), (text) => void decoded(text)))
    expect(decoded('['.repeat(1_000_000))).toMatch(/not valid JSON/)
  })
})
