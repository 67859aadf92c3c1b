import { expect, it } from 'vitest'
import type { AvroSchema } from '../../src/codec/avro-schema.ts'
import type { SchemaRegistry } from '../../src/codec/schema-registry.ts'

/** A fresh registry without schemas, and how to open the same one again, as after a restart. */
export interface RegistryUnderTest {
  readonly registry: SchemaRegistry
  reopen(): Promise<SchemaRegistry>
  close(): Promise<void>
}

interface Check {
  readonly name: string
  run(test: RegistryUnderTest): Promise<void>
}

function event(...fields: object[]): AvroSchema {
  return { type: 'record', name: 'Event', namespace: 'shop', doc: 'An event.', fields }
}

const first = event({ name: 'id', type: 'string' })
const second = event({ name: 'id', type: 'string' }, { name: 'price', type: 'double', default: 0.5, doc: 'Euros.' })

/** What every schema registry must do. Each check gets a registry without schemas. */
export const schemaRegistryChecks: readonly Check[] = [
  {
    name: 'ids are whole numbers from 1',
    async run({ registry }) {
      const id = await registry.register('events-value', first)
      expect(Number.isInteger(id)).toBe(true)
      expect(id).toBeGreaterThanOrEqual(1)
    },
  },
  {
    name: 'a schema comes back as it was, documentation and defaults included',
    async run({ registry }) {
      const id = await registry.register('events-value', second)
      expect(await registry.schemaOf(id)).toEqual(second)
    },
  },
  {
    name: 'an id without a schema is definitely unknown',
    async run({ registry }) {
      expect(await registry.schemaOf(123_456_789)).toBeUndefined()
      const id = await registry.register('events-value', first)
      for (const other of [0, id + 1000, 4_294_967_295]) expect(await registry.schemaOf(other)).toBeUndefined()
    },
  },
  {
    name: 'the same schema has the same id, also under another subject and with its attributes in another order',
    async run({ registry }) {
      const id = await registry.register('events-value', second)
      const turned = turn(second)
      expect(Object.keys(turned as object)).not.toEqual(Object.keys(second as object))
      expect(await registry.register('events-value', second)).toBe(id)
      expect(await registry.register('events-value', turned)).toBe(id)
      expect(await registry.register('others-value', second)).toBe(id)
    },
  },
  {
    name: 'other schemas have other ids, also those that differ in a default or an alias only',
    async run({ registry }) {
      const price = { name: 'price', type: 'double' }
      const schemas = [
        first,
        second,
        event({ ...price, default: 1 }),
        event({ ...price, default: 2 }),
        event({ ...price, default: 1, aliases: ['cost'] }),
      ]
      const ids = await Promise.all(schemas.map((schema, i) => registry.register(`subject-${i}`, schema)))
      expect(new Set(ids).size).toBe(schemas.length)
      for (const [i, id] of ids.entries()) expect(await registry.schemaOf(id)).toEqual(schemas[i])
    },
  },
  {
    name: 'registrations at the same time of the same schema give one id',
    async run({ registry }) {
      const ids = await Promise.all(Array.from({ length: 5 }, (_, i) => registry.register(`subject-${i % 2}`, first)))
      expect(new Set(ids).size).toBe(1)
    },
  },
  {
    name: 'a new version must be able to read what the newest one wrote',
    async run({ registry }) {
      await registry.register('events-value', first)
      const id = await registry.register('events-value', second)
      const withoutDefault = event({ name: 'id', type: 'string' }, { name: 'weight', type: 'double' })
      await expect(registry.register('events-value', withoutDefault)).rejects.toMatchObject({
        code: 'MILLRACE_CODEC_SCHEMA_INCOMPATIBLE',
        status: 409,
      })
      await expect(registry.register('events-value', event({ name: 'id', type: 'int' }))).rejects.toThrow(
        /subject 'events-value'/,
      )
      expect(await registry.register('events-value', event({ name: 'price', type: 'double' }))).toBeGreaterThan(0)
      expect(await registry.schemaOf(id)).toEqual(second)
    },
  },
  {
    name: 'a refused schema leaves nothing behind',
    async run({ registry }) {
      await registry.register('events-value', first)
      const refused = event({ name: 'other', type: 'string' })
      for (let i = 0; i < 2; i++) {
        await expect(registry.register('events-value', refused)).rejects.toMatchObject({
          code: 'MILLRACE_CODEC_SCHEMA_INCOMPATIBLE',
        })
      }
      expect(await registry.register('others-value', refused)).toBeGreaterThan(0)
    },
  },
  {
    name: 'a subject is free of the versions of others, whatever their names have in common',
    async run({ registry }) {
      await registry.register('a', first)
      await registry.register('a/b', event({ name: 'other', type: 'int' }))
      await registry.register(`a b%/ä..${'x'.repeat(300)}`, event({ name: 'third', type: 'int' }))
      expect(await registry.register('a', second)).toBeGreaterThan(0)
    },
  },
  {
    name: 'what is no schema is refused',
    async run({ registry }) {
      await expect(registry.register('events-value', { type: 'recrod' })).rejects.toMatchObject({
        code: 'MILLRACE_CODEC_SCHEMA',
      })
      await expect(
        registry.register('events-value', event({ name: 'id', type: 'string', doc: 'x'.repeat(300_000) })),
      ).rejects.toThrow(/larger than/)
    },
  },
  {
    name: 'schemas survive a restart, and ids go on',
    async run(test) {
      const id = await test.registry.register('events-value', first)
      const again = await test.reopen()
      expect(await again.schemaOf(id)).toEqual(first)
      expect(await again.register('events-value', first)).toBe(id)
      expect(await again.register('events-value', second)).not.toBe(id)
      await again.close()
    },
  },
]

/** Runs the checks on a driver. */
export function schemaRegistrySuite(open: () => Promise<RegistryUnderTest>): void {
  for (const check of schemaRegistryChecks) {
    it(`${check.name}`, async () => {
      const test = await open()
      try {
        await check.run(test)
      } finally {
        await test.close()
      }
    })
  }
}

function turn(schema: unknown): AvroSchema {
  if (typeof schema !== 'object' || schema === null) return schema as AvroSchema
  if (Array.isArray(schema)) return schema.map(turn)
  return Object.fromEntries(
    Object.entries(schema)
      .map(([name, value]) => [name, turn(value)])
      .toReversed(),
  )
}
