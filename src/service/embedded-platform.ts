import { join } from 'node:path'
import { EmbeddedRegistry } from '../codec/embedded-registry.ts'
import type { SchemaRegistry } from '../codec/schema-registry.ts'
import type { Config } from '../config/config-schema.ts'
import { EmbeddedLog } from '../log/embedded-log.ts'
import type { Log } from '../log/log.ts'
import type { TaskGroup } from '../log/task-group.ts'
import { EmbeddedRecordStore } from '../store/embedded-record-store.ts'
import { FileBlobStore } from '../store/file-blob-store.ts'

/** Log, blobs, records and schema registry of one data directory. */
export class EmbeddedPlatform {
  readonly folder: string
  readonly blobFolder: string
  readonly log: Log
  readonly blobs: FileBlobStore
  readonly records: EmbeddedRecordStore
  readonly registry: SchemaRegistry

  /** With `readOnly`, beside the one process that writes. Throws MILLRACE_LOG_IN_USE, MILLRACE_LOG_*, MILLRACE_STORE_*. */
  constructor(
    { data, blobs = '', durability }: Pick<Config, 'data' | 'durability'> & Partial<Pick<Config, 'blobs'>>,
    options: { readonly readOnly?: boolean } = {},
  ) {
    this.folder = data
    this.blobFolder = blobs === '' ? join(data, 'blobs') : blobs
    this.log = new EmbeddedLog(data, { durability, readOnly: options.readOnly ?? false })
    try {
      this.records = new EmbeddedRecordStore(data, { durability })
    } catch (error) {
      void this.log.close()
      throw error
    }
    this.blobs = new FileBlobStore(this.blobFolder)
    this.registry = new EmbeddedRegistry(this.records)
  }

  /** One process writes this log: there is nobody to share a stream with. */
  taskGroup(_stream: string, _topics: readonly string[]): TaskGroup | undefined {
    return undefined
  }

  /** Other processes that run this stream: this one has the log to itself. */
  async membersOf(_stream: string): Promise<number> {
    return 0
  }

  /** The log last: its lock keeps others out until all is closed. */
  async close(): Promise<void> {
    await this.registry.close()
    await this.records.close()
    await this.blobs.close()
    await this.log.close()
  }
}
