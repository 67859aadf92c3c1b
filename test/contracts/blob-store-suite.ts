import { expect } from 'vitest'
import type { BlobStore } from '../../src/store/store.ts'
import { badNames, goodNames, type StoreCase } from './store-driver.ts'

const bytesOf = (...values: number[]) => Uint8Array.from(values)

export const blobStoreSuite: readonly StoreCase<BlobStore>[] = [
  {
    name: 'gives back what was put, under every allowed name',
    async check(opened) {
      const large = Uint8Array.from({ length: 3_000_000 }, (_, i) => (i * 31) & 255)
      for (const [i, name] of goodNames.entries()) await opened.store.put(name, bytesOf(i, 0, 255))
      await opened.store.put('large', large)
      await opened.store.put('empty', new Uint8Array(0))
      await opened.store.put('view', large.subarray(1000, 1003))
      for (let round = 0; round < 2; round++) {
        for (const [i, name] of goodNames.entries()) expect(await opened.store.get(name)).toEqual(bytesOf(i, 0, 255))
        expect(Buffer.compare((await opened.store.get('large'))!, large)).toBe(0)
        expect(await opened.store.get('empty')).toEqual(new Uint8Array(0))
        expect(await opened.store.get('view')).toEqual(large.slice(1000, 1003))
        await opened.reopen()
      }
    },
  },
  {
    name: 'has no blob of another name',
    async check({ store }) {
      await store.put('a/b', bytesOf(1))
      for (const name of ['a', 'b', 'a/b/c', 'a.b']) expect(await store.get(name)).toBeUndefined()
    },
  },
  {
    name: 'never changes a blob',
    async check({ store }) {
      const bytes = bytesOf(1, 2, 3)
      await store.put('a', bytes)
      await store.put('a', bytesOf(1, 2, 3))
      for (const other of [bytesOf(1, 2, 4), bytesOf(1, 2), bytesOf()]) {
        await expect(store.put('a', other)).rejects.toMatchObject({ code: 'MILLRACE_STORE_BLOB_EXISTS' })
      }
      bytes.fill(9)
      const read = await store.get('a')
      expect(read).toEqual(bytesOf(1, 2, 3))
      read!.fill(9)
      expect(await store.get('a')).toEqual(bytesOf(1, 2, 3))
    },
  },
  {
    name: 'lists names by prefix, sorted',
    async check({ store }) {
      const names = ['b', 'a/2', 'a/10', 'a', 'ab', 'a/1/x']
      for (const name of names) await store.put(name, bytesOf(1))
      expect(await store.list('')).toEqual(names.toSorted())
      expect(await store.list('a/')).toEqual(['a/1/x', 'a/10', 'a/2'])
      expect(await store.list('a/1')).toEqual(['a/1/x', 'a/10'])
      expect(await store.list('c')).toEqual([])
    },
  },
  {
    name: 'deletes blobs, and lets the name be used again',
    async check(opened) {
      for (const name of ['a', 'a/b', 'c']) await opened.store.put(name, bytesOf(1))
      await opened.store.delete('a')
      await opened.store.delete('a')
      expect(await opened.store.list('')).toEqual(['a/b', 'c'])
      expect(await opened.store.get('a')).toBeUndefined()
      await opened.store.put('a', bytesOf(2))
      await opened.reopen()
      expect(await opened.store.get('a')).toEqual(bytesOf(2))
    },
  },
  {
    name: 'takes many puts at once',
    async check({ store }) {
      const names = Array.from({ length: 50 }, (_, i) => `n/${String(i).padStart(2, '0')}`)
      await Promise.all(names.map((name, i) => store.put(name, bytesOf(i))))
      await Promise.all(names.map((name, i) => store.put(name, bytesOf(i))))
      expect(await store.list('n/')).toEqual(names)
      const read = await Promise.all(names.map((name) => store.get(name)))
      expect(read.map((bytes) => bytes![0])).toEqual(names.map((_, i) => i))
    },
  },
  {
    name: 'refuses bad names',
    async check({ store }) {
      for (const name of badNames) {
        const error = { code: 'MILLRACE_STORE_NAME' }
        await expect(store.put(name, bytesOf(1)), name).rejects.toMatchObject(error)
        await expect(store.get(name), name).rejects.toMatchObject(error)
        await expect(store.delete(name), name).rejects.toMatchObject(error)
      }
      expect(await store.list('')).toEqual([])
    },
  },
  {
    name: 'refuses every call after it was closed',
    async check({ store }) {
      await store.close()
      await store.close()
      const calls = [
        () => store.put('a', bytesOf(1)),
        () => store.get('a'),
        () => store.list(''),
        () => store.delete('a'),
      ]
      for (const call of calls) await expect(call()).rejects.toMatchObject({ code: 'MILLRACE_STORE_CLOSED' })
    },
  },
]
