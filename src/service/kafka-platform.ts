import { join } from 'node:path'
import { EmbeddedRegistry } from '../codec/embedded-registry.ts'
import { HttpRegistry } from '../codec/http-registry.ts'
import type { SchemaRegistry } from '../codec/schema-registry.ts'
import type { Config } from '../config/config-schema.ts'
import { KafkaLog } from '../log/kafka/kafka-log.ts'
import type { Log } from '../log/log.ts'
import { EmbeddedRecordStore } from '../store/embedded-record-store.ts'
import { FileBlobStore } from '../store/file-blob-store.ts'
import { type KafkaConfig, kafkaOptionsOf } from './kafka-options-of.ts'

/**
 * Topics in a Kafka cluster; blobs and records in the data directory, and schemas too where no registry is named. Processes
 * of one installation may share it: a task has one writer by Kafka's fencing, and blobs are never written twice.
 */
export class KafkaPlatform {
  readonly folder: string
  readonly blobFolder: string
  readonly log: Log
  readonly blobs: FileBlobStore
  readonly records: EmbeddedRecordStore
  readonly registry: SchemaRegistry

  /** Connects when first used. Throws MILLRACE_STORE_*. */
  constructor(config: KafkaConfig & Pick<Config, 'data' | 'durability' | 'registry'>) {
    const { data, durability, registry } = config
    this.folder = data
    this.blobFolder = join(data, 'blobs')
    this.records = new EmbeddedRecordStore(data, { durability })
    this.blobs = new FileBlobStore(this.blobFolder)
    this.registry = registry === '' ? new EmbeddedRegistry(this.records) : new HttpRegistry({ url: registry })
    this.log = new KafkaLog(kafkaOptionsOf(config))
  }

  async close(): Promise<void> {
    await this.log.close()
    await this.registry.close()
    await this.records.close()
    await this.blobs.close()
  }
}
