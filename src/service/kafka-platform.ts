import { join } from 'node:path'
import { EmbeddedRegistry } from '../codec/embedded-registry.ts'
import { HttpRegistry } from '../codec/http-registry.ts'
import type { SchemaRegistry } from '../codec/schema-registry.ts'
import type { Config } from '../config/config-schema.ts'
import { KafkaLog } from '../log/kafka/kafka-log.ts'
import type { Log } from '../log/log.ts'
import type { TaskGroup } from '../log/task-group.ts'
import { durationMs } from '../stats/duration.ts'
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
  private readonly kafka: KafkaLog
  private readonly application: string
  private readonly sessionTimeoutMs: number

  /** Connects when first used. Throws MILLRACE_STORE_*. */
  constructor(config: KafkaConfig & Pick<Config, 'data' | 'blobs' | 'durability' | 'registry' | 'sessionTimeout'>) {
    const { data, blobs, durability, registry, application, sessionTimeout } = config
    this.folder = data
    this.blobFolder = blobs === '' ? join(data, 'blobs') : blobs
    this.records = new EmbeddedRecordStore(data, { durability })
    this.blobs = new FileBlobStore(this.blobFolder)
    this.registry = registry === '' ? new EmbeddedRegistry(this.records) : new HttpRegistry({ url: registry })
    this.kafka = new KafkaLog(kafkaOptionsOf(config))
    this.log = this.kafka
    this.application = application
    this.sessionTimeoutMs = durationMs(sessionTimeout, 'sessionTimeout')
  }

  /** The processes of this installation that can run a stream which reads these topics. */
  taskGroup(stream: string, topics: readonly string[]): TaskGroup {
    const { application, sessionTimeoutMs } = this
    return this.kafka.taskGroup({ group: `${application}.${stream}`, topics, sessionTimeoutMs })
  }

  /** How many processes run this stream, of this installation. */
  membersOf(stream: string): Promise<number> {
    return this.kafka.groupMembers(`${this.application}.${stream}`)
  }

  async close(): Promise<void> {
    await this.log.close()
    await this.registry.close()
    await this.records.close()
    await this.blobs.close()
  }
}
