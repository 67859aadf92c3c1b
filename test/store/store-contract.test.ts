import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { MemoryBlobStore } from '../../src/store/memory-blob-store.ts'
import { MemoryRecordStore } from '../../src/store/memory-record-store.ts'
import { blobStoreSuite } from '../contracts/blob-store-suite.ts'
import { recordStoreSuite } from '../contracts/record-store-suite.ts'
import { runStoreCase } from '../contracts/store-driver.ts'
import { blobStoreDrivers, inMemory, recordStoreDrivers } from '../contracts/store-drivers.ts'

/** Stores that need a server, and where the suite runs over them. */
const elsewhere: Readonly<Record<string, string>> = {
  'redis-record-store.ts': 'test/redis/redis-record-store.test.ts',
}

test('every store of the folder is under contract', () => {
  const folder = join(import.meta.dirname, '../../src/store')
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  const stores = files.filter((file) => file.endsWith('-blob-store.ts') || file.endsWith('-record-store.ts'))
  const drivers = [blobStoreDrivers, recordStoreDrivers, elsewhere].flatMap((some) => Object.keys(some))
  expect(stores.toSorted()).toEqual(drivers.toSorted())
  expect(Object.values(elsewhere).filter((path) => !existsSync(path))).toEqual([])
})

describe.each(Object.values(blobStoreDrivers))('$name', (driver) => {
  test.each(blobStoreSuite)('$name', async (one) => {
    await expect(runStoreCase(one, driver)).resolves.toBeUndefined()
  })
})

describe.each(Object.values(recordStoreDrivers))('$name', (driver) => {
  test.each(recordStoreSuite)('$name', async (one) => {
    await expect(runStoreCase(one, driver)).resolves.toBeUndefined()
  })
})

/** Blob stores that break one promise, and the case that must tell. */
const blobFaults = [
  {
    fault: 'overwrites a blob',
    failing: 'never changes a blob',
    make: (kept: Map<string, Uint8Array>) =>
      new (class extends MemoryBlobStore {
        override async put(name: string, bytes: Uint8Array): Promise<void> {
          kept.delete(name)
          await super.put(name, bytes)
        }
      })(kept),
  },
  {
    fault: 'hands out its own bytes',
    failing: 'never changes a blob',
    make: (kept: Map<string, Uint8Array>) =>
      new (class extends MemoryBlobStore {
        override async get(name: string): Promise<Uint8Array | undefined> {
          return kept.get(name)
        }
      })(kept),
  },
  {
    fault: 'forgets blobs when closed',
    failing: 'gives back what was put, under every allowed name',
    make: (kept: Map<string, Uint8Array>) =>
      new (class extends MemoryBlobStore {
        override async close(): Promise<void> {
          kept.clear()
        }
      })(kept),
  },
  {
    fault: 'lists whatever holds the prefix anywhere',
    failing: 'lists names by prefix, sorted',
    make: (kept: Map<string, Uint8Array>) =>
      new (class extends MemoryBlobStore {
        override async list(prefix: string): Promise<readonly string[]> {
          return [...kept.keys()].filter((name) => name.includes(prefix.replaceAll('/', ''))).toSorted()
        }
      })(kept),
  },
]

const recordFaults = [
  {
    fault: 'keeps the first value',
    failing: 'gives back what was put last, under every allowed key',
    make: (kept: Map<string, Uint8Array>) =>
      new (class extends MemoryRecordStore {
        override async put(key: string, value: Uint8Array): Promise<void> {
          if (!kept.has(key)) await super.put(key, value)
        }
      })(kept),
  },
  {
    fault: 'takes _ in a prefix for any letter',
    failing: 'lists keys by prefix, sorted',
    make: (kept: Map<string, Uint8Array>) =>
      new (class extends MemoryRecordStore {
        override async list(prefix: string): Promise<readonly string[]> {
          const pattern = new RegExp(`^${prefix.replaceAll('_', '.')}`)
          return [...kept.keys()].filter((key) => pattern.test(key)).toSorted()
        }
      })(kept),
  },
]

describe('the suites fail on a store that', () => {
  test.each(blobFaults)('$fault', async ({ fault, failing, make }) => {
    const one = blobStoreSuite.find(({ name }) => name === failing)!
    await expect(runStoreCase(one, inMemory(fault, make))).rejects.toMatchObject({ name: 'AssertionError' })
  })

  test.each(recordFaults)('$fault', async ({ fault, failing, make }) => {
    const one = recordStoreSuite.find(({ name }) => name === failing)!
    await expect(runStoreCase(one, inMemory(fault, make))).rejects.toMatchObject({ name: 'AssertionError' })
  })
})
