import { join } from 'node:path'
import { EmbeddedRegistry } from '../codec/embedded-registry.ts'
import type { SchemaRegistry } from '../codec/schema-registry.ts'
import type { Config } from '../config/config-schema.ts'
import { EmbeddedLog } from '../log/embedded-log.ts'
import type { Log } from '../log/log.ts'
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
    { data, durability }: Pick<Config, 'data' | 'durability'>,
    options: { readonly readOnly?: boolean } = {},
  ) {
    this.folder = data
    this.blobFolder = join(data, 'blobs')
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

  /** The log last: its lock keeps others out until all is closed. */
  async close(): Promise<void> {
    await this.registry.close()
    await this.records.close()
    await this.blobs.close()
    await this.log.close()
  }
}
