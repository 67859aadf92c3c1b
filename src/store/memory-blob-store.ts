import type { BlobStore } from './store.ts'
import { storeErrors } from './store-errors.ts'

/** Blobs in memory, for tests and simulation; stores over the same map see the same blobs. */
export class MemoryBlobStore implements BlobStore {
  readonly #blobs: Map<string, Uint8Array>
  #closed = false

  constructor(blobs: Map<string, Uint8Array> = new Map()) {
    this.#blobs = blobs
  }

  async put(name: string, bytes: Uint8Array): Promise<void> {
    this.#check(name)
    const there = this.#blobs.get(name)
    if (there && Buffer.compare(there, bytes) !== 0) throw storeErrors.blobExists(name)
    if (!there) this.#blobs.set(name, new Uint8Array(bytes))
  }

  async get(name: string): Promise<Uint8Array | undefined> {
    this.#check(name)
    const bytes = this.#blobs.get(name)
    return bytes && new Uint8Array(bytes)
  }

  async list(prefix: string): Promise<readonly string[]> {
    this.#ensureOpen()
    return [...this.#blobs.keys()].filter((name) => name.startsWith(prefix)).toSorted()
  }

  async delete(name: string): Promise<void> {
    this.#check(name)
    this.#blobs.delete(name)
  }

  async close(): Promise<void> {
    this.#closed = true
  }

  #check(name: string): void {
    this.#ensureOpen()
    storeErrors.checkName('blob', name)
  }

  #ensureOpen(): void {
    if (this.#closed) throw storeErrors.closed('blob store in memory')
  }
}
