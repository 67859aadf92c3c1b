import * as fc from 'fast-check'
import type { AvroSchema } from '../../src/codec/avro-schema.ts'

/** Makes values of a type: any number gives one. `firstBranch` is one that a default may be. */
export interface PlainValue {
  (seed: number): unknown
  readonly firstBranch: unknown
}

export interface ArbitraryField {
  readonly name: string
  readonly type: AvroSchema
  readonly value: PlainValue
}

const texts = ['', 'a', 'ORD', 'Zürich', '✈ 🛫', 'x'.repeat(70), 'é'.repeat(50)]
const longs = [0, 1, -1, 63, 64, -64, -65, 2 ** 31, -(2 ** 31), 978307200000, 2 ** 53 - 2, 1 - 2 ** 51]
const doubles = [0, 1, -1.5, 1e300, 5e-324, 0.1]

const types: readonly (readonly [AvroSchema, readonly unknown[]])[] = [
  ['int', [0, 1, -1, 127, -128, 8191, 2147483647, -2147483648]],
  ['long', longs],
  [{ type: 'long', logicalType: 'timestamp-millis' }, longs],
  ['float', [0, 1, -1.5, 0.25]],
  ['double', doubles],
  ['boolean', [true, false]],
  ['string', texts],
  [{ type: 'enum', name: 'Kind', symbols: ['red', 'green', 'blue'] }, ['red', 'green', 'blue']],
]

/** The value of a type that a seed stands for. */
export function plainValue(values: readonly unknown[]): PlainValue {
  return Object.assign((seed: number) => values[seed % values.length], { firstBranch: values[0] })
}

const fieldType = fc.tuple(fc.nat(types.length - 1), fc.nat(2)).map(([index, nulls]) => {
  const [type, values] = types[index]
  if (nulls === 0) return { type, value: plainValue(values) }
  if (nulls === 1) return { type: [type, 'null'] as AvroSchema, value: plainValue([...values, null]) }
  return { type: ['null', type] as AvroSchema, value: plainValue([null, ...values]) }
})

/** The fields of flat records, each of a type that an event may have; an enum at the most once. */
export const eventFields: fc.Arbitrary<readonly ArbitraryField[]> = fc
  .uniqueArray(fc.tuple(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'), fieldType), {
    selector: ([name]) => name,
    minLength: 1,
  })
  .map((fields) => fields.map(([name, { type, value }]) => ({ name, type, value })))
  .filter((fields) => fields.filter((field) => JSON.stringify(field.type).includes('enum')).length <= 1)

/** A schema of any type, with a value of it. */
export const anyRecord: fc.Arbitrary<{ schema: AvroSchema; value: unknown }> = fc.letrec<{
  any: { schema: AvroSchema; value: unknown }
}>((tie) => ({
  any: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.constantFrom<{ schema: AvroSchema; value: unknown }>(
      { schema: 'int', value: -3 },
      { schema: 'long', value: 2 ** 40 },
      { schema: 'float', value: 0.5 },
      { schema: 'double', value: 0.1 },
      { schema: 'boolean', value: true },
      { schema: 'string', value: 'Zürich' },
      { schema: 'bytes', value: Buffer.from([1, 2, 3]) },
      { schema: 'null', value: null },
    ),
    tie('any').map(({ schema, value }) => ({
      schema: { type: 'array', items: { type: 'map', values: schema } },
      value: [{ a: value, b: value }, {}],
    })),
    fc.tuple(tie('any'), fc.nat(1e9)).map(([{ schema, value }, n]) => ({
      schema: {
        type: 'record',
        name: `R${n}`,
        fields: [
          { name: 'x', type: schema },
          { name: 'y', type: 'int' },
        ],
      },
      value: { x: value, y: 5 },
    })),
  ),
})).any
