import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type AvroSchema, avroType } from '../../src/codec/avro-schema.ts'
import { EmbeddedRegistry } from '../../src/codec/embedded-registry.ts'
import type { SchemaRegistry } from '../../src/codec/schema-registry.ts'
import { EmbeddedRecordStore } from '../../src/store/embedded-record-store.ts'
import { MemoryRecordStore } from '../../src/store/memory-record-store.ts'
import {
  type RegistryUnderTest,
  schemaRegistryChecks,
  schemaRegistrySuite,
} from '../contracts/schema-registry-suite.ts'
import { FailingRecordStore } from './failing-record-store.ts'

type Wrap = (registry: SchemaRegistry) => SchemaRegistry

async function inMemory(wrap: Wrap = (registry) => registry): Promise<RegistryUnderTest> {
  const store = new MemoryRecordStore()
  return {
    registry: wrap(new EmbeddedRegistry(store)),
    reopen: async () => wrap(new EmbeddedRegistry(store)),
    close: () => store.close(),
  }
}

async function onDisk(): Promise<RegistryUnderTest> {
  const folder = await mkdtemp(join(tmpdir(), 'registry-'))
  let store = new EmbeddedRecordStore(folder, { durability: 'process' })
  return {
    registry: new EmbeddedRegistry(store),
    async reopen() {
      await store.close()
      store = new EmbeddedRecordStore(folder, { durability: 'process' })
      return new EmbeddedRegistry(store)
    },
    async close() {
      await store.close()
      await rm(folder, { recursive: true })
    },
  }
}

const schema: AvroSchema = { type: 'record', name: 'Event', fields: [{ name: 'id', type: 'string' }] }

describe('EmbeddedRegistry over a store on disk', () => {
  schemaRegistrySuite(onDisk)
})

describe('EmbeddedRegistry over a store in memory', () => {
  schemaRegistrySuite(() => inMemory())

  it('counts ids from 1', async () => {
    const { registry } = await inMemory()
    expect(await registry.register('a', schema)).toBe(1)
    expect(await registry.register('b', 'int')).toBe(2)
  })

  it('says so, and that trying again can help, when its store cannot be used', async () => {
    const store = new FailingRecordStore()
    const registry = new EmbeddedRegistry(store)
    store.failAfter = 0
    await expect(registry.register('a', schema)).rejects.toMatchObject({
      code: 'MILLRACE_CODEC_REGISTRY_UNREACHABLE',
      retryable: true,
    })
    store.failAfter = -1
    await expect(registry.schemaOf(1)).rejects.toThrow(
      /schema id 1: the schema registry's store can't be used \(the disk is gone\)/,
    )
    store.failAfter = Number.POSITIVE_INFINITY
    expect(await registry.register('a', schema)).toBe(1)
  })

  it('passes on what trying again cannot help', async () => {
    const store = new MemoryRecordStore()
    await store.close()
    await expect(new EmbeddedRegistry(store).schemaOf(1)).rejects.toMatchObject({ code: 'MILLRACE_STORE_CLOSED' })
  })

  it('gives no id twice, wherever it was cut off', async () => {
    for (let writes = 0; writes < 3; writes++) {
      const store = new FailingRecordStore()
      store.failAfter = writes
      await expect(new EmbeddedRegistry(store).register('a', schema)).rejects.toThrow(/the disk is full/)
      store.failAfter = Number.POSITIVE_INFINITY
      const registry = new EmbeddedRegistry(store)
      const other = await registry.register('b', 'int')
      const id = await registry.register('a', schema)
      expect(id).not.toBe(other)
      expect(await registry.schemaOf(id)).toEqual(schema)
      expect(await registry.schemaOf(other)).toEqual('int')
      expect(await registry.register('a', schema)).toBe(id)
    }
  })
})

/** Registries that are wrong in one way each. */
const faults: Record<string, (registry: SchemaRegistry) => SchemaRegistry> = {
  'ids from 0': (registry) =>
    changed(registry, {
      register: async (...args) => (await registry.register(...args)) - 1,
      schemaOf: (id) => registry.schemaOf(id + 1),
    }),
  'a new id for each registration': (registry) => {
    const schemas: AvroSchema[] = []
    return changed(registry, {
      register: async (subject, one) => {
        await registry.register(subject, one)
        return schemas.push(one)
      },
      schemaOf: async (id) => schemas[id - 1],
    })
  },
  'documentation and defaults lost': (registry) =>
    changed(registry, {
      schemaOf: async (id) => {
        const found = await registry.schemaOf(id)
        return found === undefined ? undefined : (avroType(found, 'schema').schema() as AvroSchema)
      },
    }),
  'ids by canonical form': (registry) =>
    changed(registry, {
      register: (subject, one) => registry.register(subject, avroType(one, 'schema').schema() as AvroSchema),
    }),
  'a schema for every id': (registry) =>
    changed(registry, { schemaOf: async (id) => (await registry.schemaOf(id)) ?? schema }),
  'an error for an unknown id': (registry) =>
    changed(registry, {
      schemaOf: async (id) => {
        const found = await registry.schemaOf(id)
        if (found === undefined) throw new Error('404')
        return found
      },
    }),
  'no check of compatibility': (registry) => {
    let count = 0
    return changed(registry, { register: (_, one) => registry.register(`subject-${count++}`, one) })
  },
  'one subject for all': (registry) => changed(registry, { register: (_, one) => registry.register('subject', one) }),
  'nothing kept': () => new EmbeddedRegistry(new MemoryRecordStore()),
}

function changed(registry: SchemaRegistry, by: Partial<SchemaRegistry>): SchemaRegistry {
  return {
    register: (...args) => registry.register(...args),
    schemaOf: (id) => registry.schemaOf(id),
    close: () => registry.close(),
    ...by,
  }
}

describe('the suite of schema registries', () => {
  it.each(Object.keys(faults))('finds: %s', async (fault) => {
    const failed: string[] = []
    for (const check of schemaRegistryChecks) {
      await check.run(await inMemory(faults[fault])).catch(() => failed.push(check.name))
    }
    expect(failed).not.toEqual([])
  })
})
