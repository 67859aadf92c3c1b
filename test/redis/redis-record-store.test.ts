import { Redis } from 'ioredis'
import { describe, expect, test } from 'vitest'
import { freePort } from '../../src/cluster/free-port.ts'
import { RedisConnection } from '../../src/store/redis-connection.ts'
import { RedisRecordStore } from '../../src/store/redis-record-store.ts'
import type { RecordStore } from '../../src/store/store.ts'
import { recordStoreSuite } from '../contracts/record-store-suite.ts'
import { type OpenedStore, runStoreCase, type StoreDriver } from '../contracts/store-driver.ts'
import { noRedis, startRedis } from './start-redis.ts'

const bytes = Uint8Array.of(1, 2, 3)

describe.skipIf(noRedis)('records in Redis', () => {
  test.each(recordStoreSuite)('$name', async (one) => {
    const { url } = await startRedis()
    const driver: StoreDriver<RecordStore> = {
      name: 'redis-record-store',
      async open() {
        const make = () => new RedisRecordStore({ url, hash: 'millrace:records' })
        const opened: OpenedStore<RecordStore> = {
          store: make(),
          async reopen() {
            await this.store.close()
            this.store = make()
          },
          async dispose() {
            await this.store.close()
          },
        }
        return opened
      },
    }
    await expect(runStoreCase(one, driver)).resolves.toBeUndefined()
  })

  test('are shared by stores over the same hash, and of their own in another', async () => {
    const { url } = await startRedis()
    const stores = ['a', 'a', 'b'].map((hash) => new RedisRecordStore({ url, hash }))
    await stores[0].put('key', bytes)
    expect(await stores[1].get('key')).toEqual(bytes)
    expect(await stores[2].get('key')).toBeUndefined()
    await Promise.all(stores.map((store) => store.close()))
  })

  test('survive a restart of the server, to which the store connects anew by itself', async () => {
    const redis = await startRedis({ appendfsync: 'always' })
    const store = new RedisRecordStore({ url: redis.url, hash: 'records' })
    await store.put('key', bytes)
    await redis.kill()
    await expect(store.get('key')).rejects.toMatchObject({ code: 'MILLRACE_STORE_UNAVAILABLE', retryable: true })
    await redis.startAgain()
    expect(await store.get('key')).toEqual(bytes)
    await store.close()
  })

  test('say within their time that a server does not answer, before and after connecting', async () => {
    const redis = await startRedis()
    const connected = new RedisRecordStore({ url: redis.url, hash: 'records', timeoutMs: 100 })
    await connected.put('key', bytes)
    process.kill(redis.pid!, 'SIGSTOP')
    const silent = { code: 'MILLRACE_STORE_UNAVAILABLE' }
    await expect(connected.get('key')).rejects.toMatchObject(silent)
    await expect(connected.get('key')).rejects.toMatchObject(silent)
    process.kill(redis.pid!, 'SIGCONT')
    expect(await connected.get('key')).toEqual(bytes)
    await connected.close()
    const nobody = new RedisRecordStore({ url: `redis://127.0.0.1:${await freePort()}`, hash: 'records' })
    await expect(nobody.get('key')).rejects.toMatchObject({ message: expect.stringContaining('ECONNREFUSED') })
    await nobody.close()
  })

  test('say that the memory is full, and what to do', async () => {
    const { url } = await startRedis({ maxmemory: '100kb', 'maxmemory-policy': 'noeviction' })
    const store = new RedisRecordStore({ url, hash: 'records' })
    await expect(store.put('key', bytes)).rejects.toMatchObject({
      code: 'MILLRACE_STORE_DISK_FULL',
      message: expect.stringContaining('maxmemory'),
    })
    await store.close()
  })

  test('say that a replica takes no records', async () => {
    const { url } = await startRedis({ replicaof: '127.0.0.1 1' })
    const store = new RedisRecordStore({ url, hash: 'records' })
    await expect(store.put('key', bytes)).rejects.toMatchObject({ code: 'MILLRACE_STORE_NOT_WRITABLE' })
    await store.close()
  })

  test('go by user, password and database, of which no error shows the password', async () => {
    const { url } = await startRedis({ requirepass: 'race' })
    const wrong = { code: 'MILLRACE_STORE_DENIED', message: expect.not.stringMatching(/race\b/) }
    for (const options of [{ url }, { url, password: 'wrong' }, { url: url.replace('//', '//:wr%40ng@') }]) {
      const store = new RedisRecordStore({ ...options, hash: 'records' })
      await expect(store.get('key')).rejects.toMatchObject(wrong)
      await store.close()
    }
    const right = [
      { url, password: 'race' },
      { url: url.replace('//', '//default@'), password: 'race' },
      { url: url.replace('//', '//default:race@') },
      { url: url.replace('//', '//:race@') },
    ]
    for (const options of right) {
      const store = new RedisRecordStore({ ...options, url: `${options.url}/1`, hash: 'records' })
      await store.put('key', bytes)
      await store.close()
    }
    const client = new Redis(`${url}/1`, { password: 'race' })
    expect(await client.hgetBuffer('records', 'key')).toEqual(Buffer.from(bytes))
    client.disconnect()
    const connection = new RedisConnection({ url: 'redis://me:race@there/2' })
    expect(connection.place).toBe('Redis at there:6379, database 2')
  })
})
