import { RedisConnection, type RedisConnectionOptions } from './redis-connection.ts'
import type { RecordStore } from './store.ts'
import { storeErrors } from './store-errors.ts'

export interface RedisRecordStoreOptions extends RedisConnectionOptions {
  /** The hash that holds the records. Stores over the same one see the same records. */
  readonly hash: string
}

/**
 * Small records in one Redis hash; several processes may share it. A record is as durable as the server is: it survives a
 * power failure only with `appendonly yes` and `appendfsync always`, so nothing is kept here alone that can't be made again.
 */
export class RedisRecordStore implements RecordStore {
  readonly #hash: string
  readonly #connection: RedisConnection

  /** Connects when first used. */
  constructor(options: RedisRecordStoreOptions) {
    this.#hash = options.hash
    this.#connection = new RedisConnection(options)
  }

  async get(key: string): Promise<Uint8Array | undefined> {
    storeErrors.checkName('record', key)
    const value = await this.#connection.use((client) => client.hgetBuffer(this.#hash, key))
    return value === null ? undefined : new Uint8Array(value)
  }

  async put(key: string, value: Uint8Array): Promise<void> {
    storeErrors.checkName('record', key)
    const bytes = Buffer.from(value) // a copy: it may wait for a connection
    await this.#connection.use((client) => client.hset(this.#hash, key, bytes))
  }

  async delete(key: string): Promise<void> {
    storeErrors.checkName('record', key)
    await this.#connection.use((client) => client.hdel(this.#hash, key))
  }

  async list(prefix: string): Promise<readonly string[]> {
    const keys = await this.#connection.use((client) => client.hkeys(this.#hash))
    return keys.filter((key) => key.startsWith(prefix)).toSorted()
  }

  async close(): Promise<void> {
    await this.#connection.close()
  }
}
