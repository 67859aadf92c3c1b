import { expect } from 'vitest'
import type { RecordStore } from '../../src/store/store.ts'
import { badNames, goodNames, type StoreCase } from './store-driver.ts'

const bytesOf = (...values: number[]) => Uint8Array.from(values)

export const recordStoreSuite: readonly StoreCase<RecordStore>[] = [
  {
    name: 'gives back what was put last, under every allowed key',
    async check(opened) {
      for (const [i, key] of goodNames.entries()) await opened.store.put(key, bytesOf(i))
      for (const [i, key] of goodNames.entries()) await opened.store.put(key, bytesOf(i, 0, 255))
      await opened.store.put('empty', new Uint8Array(0))
      await opened.store.put('view', bytesOf(1, 2, 3, 4).subarray(1, 3))
      for (let round = 0; round < 2; round++) {
        for (const [i, key] of goodNames.entries()) expect(await opened.store.get(key)).toEqual(bytesOf(i, 0, 255))
        expect(await opened.store.get('empty')).toEqual(new Uint8Array(0))
        expect(await opened.store.get('view')).toEqual(bytesOf(2, 3))
        expect(await opened.store.get('absent')).toBeUndefined()
        await opened.reopen()
      }
    },
  },
  {
    name: 'keeps a copy and gives copies',
    async check({ store }) {
      const value = bytesOf(1, 2)
      await store.put('a', value)
      value.fill(9)
      const read = await store.get('a')
      read!.fill(8)
      expect(await store.get('a')).toEqual(bytesOf(1, 2))
    },
  },
  {
    name: 'lists keys by prefix, sorted',
    async check({ store }) {
      const keys = ['b', 'a/2', 'a/10', 'a', 'ab', 'a/1/x', 'a_b', 'aXb', 'a+b']
      for (const key of keys) await store.put(key, bytesOf(1))
      expect(await store.list('')).toEqual(keys.toSorted())
      expect(await store.list('a/')).toEqual(['a/1/x', 'a/10', 'a/2'])
      expect(await store.list('a_')).toEqual(['a_b'])
      expect(await store.list('c')).toEqual([])
    },
  },
  {
    name: 'deletes records',
    async check(opened) {
      await opened.store.put('a', bytesOf(1))
      await opened.store.put('a/b', bytesOf(2))
      await opened.store.delete('a')
      await opened.store.delete('a')
      expect(await opened.store.get('a')).toBeUndefined()
      await opened.reopen()
      expect(await opened.store.list('')).toEqual(['a/b'])
    },
  },
  {
    name: 'refuses bad keys',
    async check({ store }) {
      for (const key of badNames) {
        const error = { code: 'MILLRACE_STORE_NAME' }
        await expect(store.put(key, bytesOf(1)), key).rejects.toMatchObject(error)
        await expect(store.get(key), key).rejects.toMatchObject(error)
        await expect(store.delete(key), key).rejects.toMatchObject(error)
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
