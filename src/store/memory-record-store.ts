import type { RecordStore } from './store.ts'
import { storeErrors } from './store-errors.ts'

/** Small records in memory, for tests and simulation; stores over the same map see the same records. */
export class MemoryRecordStore implements RecordStore {
  readonly #records: Map<string, Uint8Array>
  #closed = false

  constructor(records: Map<string, Uint8Array> = new Map()) {
    this.#records = records
  }

  async get(key: string): Promise<Uint8Array | undefined> {
    this.#check(key)
    const value = this.#records.get(key)
    return value && new Uint8Array(value)
  }

  async put(key: string, value: Uint8Array): Promise<void> {
    this.#check(key)
    this.#records.set(key, new Uint8Array(value))
  }

  async delete(key: string): Promise<void> {
    this.#check(key)
    this.#records.delete(key)
  }

  async list(prefix: string): Promise<readonly string[]> {
    this.#ensureOpen()
    return [...this.#records.keys()].filter((key) => key.startsWith(prefix)).toSorted()
  }

  async close(): Promise<void> {
    this.#closed = true
  }

  #check(key: string): void {
    this.#ensureOpen()
    storeErrors.checkName('record', key)
  }

  #ensureOpen(): void {
    if (this.#closed) throw storeErrors.closed('record store in memory')
  }
}
