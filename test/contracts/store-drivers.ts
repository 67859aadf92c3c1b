import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { EmbeddedRecordStore } from '../../src/store/embedded-record-store.ts'
import { FileBlobStore } from '../../src/store/file-blob-store.ts'
import { MemoryBlobStore } from '../../src/store/memory-blob-store.ts'
import { MemoryRecordStore } from '../../src/store/memory-record-store.ts'
import type { BlobStore, RecordStore } from '../../src/store/store.ts'
import type { OpenedStore, StoreDriver } from './store-driver.ts'

interface Closeable {
  close(): Promise<void>
}

export function inMemory<Store extends Closeable>(
  name: string,
  make: (kept: Map<string, Uint8Array>) => Store,
): StoreDriver<Store> {
  return {
    name,
    async open() {
      const kept = new Map<string, Uint8Array>()
      const opened: OpenedStore<Store> = {
        store: make(kept),
        async reopen() {
          await this.store.close()
          this.store = make(kept)
        },
        dispose: async () => {},
      }
      return opened
    },
  }
}

function inFolder<Store extends Closeable>(name: string, make: (folder: string) => Store): StoreDriver<Store> {
  return {
    name,
    async open() {
      const folder = mkdtempSync(join(tmpdir(), 'millrace-store-'))
      const opened: OpenedStore<Store> = {
        store: make(folder),
        async reopen() {
          await this.store.close()
          this.store = make(folder)
        },
        async dispose() {
          await this.store.close()
          rmSync(folder, { recursive: true })
        },
      }
      return opened
    },
  }
}

/** Every blob store, by the file in src/store that holds it. */
export const blobStoreDrivers: Readonly<Record<string, StoreDriver<BlobStore>>> = {
  'file-blob-store.ts': inFolder('file-blob-store', (folder) => new FileBlobStore(join(folder, 'blobs'))),
  'memory-blob-store.ts': inMemory('memory-blob-store', (kept) => new MemoryBlobStore(kept)),
}

/** Every store of small records, by the file in src/store that holds it. */
export const recordStoreDrivers: Readonly<Record<string, StoreDriver<RecordStore>>> = {
  'embedded-record-store.ts': inFolder(
    'embedded-record-store',
    (folder) => new EmbeddedRecordStore(join(folder, 'data')),
  ),
  'memory-record-store.ts': inMemory('memory-record-store', (kept) => new MemoryRecordStore(kept)),
}
