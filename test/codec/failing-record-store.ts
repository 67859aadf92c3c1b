import { MemoryRecordStore } from '../../src/store/memory-record-store.ts'

/** A store in memory whose writes fail on demand: from the `failAfter`-th on; reads too when that is below 0. */
export class FailingRecordStore extends MemoryRecordStore {
  failAfter = Number.POSITIVE_INFINITY

  override async get(key: string): Promise<Uint8Array | undefined> {
    if (this.failAfter < 0) throw new Error('the disk is gone')
    return super.get(key)
  }

  override async put(key: string, value: Uint8Array): Promise<void> {
    if (this.failAfter-- <= 0) throw new Error('the disk is full')
    return super.put(key, value)
  }
}
