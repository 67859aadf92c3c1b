import { setTimeout as sleep } from 'node:timers/promises'
import { checkTopic } from '../check-topic.ts'
import type { TopicDescription, TopicOptions } from '../log.ts'
import { logErrors } from '../log-errors.ts'
import { kafkaCodes } from './kafka-codes.ts'
import type { KafkaCluster, TopicMetadata } from './kafka-cluster.ts'
import { KafkaCodeError } from './kafka-errors.ts'

const TOPIC = 2 // type of a resource
const MOST_REPLICAS = 3
const FOREVER = '-1'
const ANY_TIME = '9223372036854775807'
const SEGMENTS_KEPT = 8
const MINUTE_MS = 60_000
const WEEK_MS = 7 * 24 * 60 * MINUTE_MS
const TIMEOUT_MS = 20_000
const LOOK_AGAIN_MS = 10

interface TopicErrors {
  readonly topicErrors: readonly { readonly topic: string; readonly errorCode: number }[]
}

interface DescribedConfigs {
  readonly resources: readonly {
    readonly errorCode: number
    readonly resourceName: string
    readonly configEntries: readonly { readonly configName: string; readonly configValue: string }[]
  }[]
}

/** Topics of a cluster: made with what history needs, listed, deleted. */
export class KafkaTopics {
  readonly #cluster: KafkaCluster

  constructor(cluster: KafkaCluster) {
    this.#cluster = cluster
  }

  async create(name: string, options: TopicOptions): Promise<void> {
    checkTopic(name, options)
    const cluster = this.#cluster
    await cluster.retrying(`log topic ${name}`, name, async () => {
      const [there] = await cluster.metadata([name])
      if (there.topicErrorCode === kafkaCodes.none) return checkPartitions(there, options)
      const replicationFactor = cluster.options.replicationFactor ?? Math.min(MOST_REPLICAS, cluster.brokerCount)
      const configEntries = settings(options.retentionMs, replicationFactor)
      const topics = [{ topic: name, numPartitions: options.partitions, replicationFactor, configEntries }]
      const args = { topics, validateOnly: false, timeout: TIMEOUT_MS }
      const { topicErrors } = await cluster.call<TopicErrors>(await cluster.controller(), 'CreateTopics', args)
      const { errorCode } = topicErrors[0]
      if (errorCode === kafkaCodes.topicExists) throw new KafkaCodeError('create', kafkaCodes.leaderNotAvailable) // look again
      if (errorCode !== kafkaCodes.none) throw new KafkaCodeError('create', errorCode)
      await this.#known(name, (topic) => isWhole(topic, options.partitions))
    })
  }

  async list(): Promise<readonly TopicDescription[]> {
    const cluster = this.#cluster
    return cluster.retrying('Kafka log', undefined, async () => {
      const found = (await cluster.metadata([])).filter(
        ({ topic, isInternal, topicErrorCode }) =>
          !isInternal && !topic.startsWith('__') && topicErrorCode === kafkaCodes.none,
      )
      const resources = found.map(({ topic }) => ({ type: TOPIC, name: topic, configNames: ['retention.ms'] }))
      if (resources.length === 0) return []
      const described = await cluster.call<DescribedConfigs>(-1, 'DescribeConfigs', {
        resources,
        includeSynonyms: false,
      })
      const retention = new Map<string, number | undefined>()
      for (const { resourceName, configEntries } of described.resources) {
        const ms = Number(configEntries.find(({ configName }) => configName === 'retention.ms')?.configValue ?? -1)
        retention.set(resourceName, ms < 0 ? undefined : ms)
      }
      return found
        .map(({ topic, partitionMetadata }) => ({
          name: topic,
          partitions: partitionMetadata.length,
          retentionMs: retention.get(topic),
        }))
        .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    })
  }

  async delete(name: string): Promise<void> {
    const cluster = this.#cluster
    await cluster.retrying(`log topic ${name}`, name, async () => {
      const args = { topics: [name], timeout: TIMEOUT_MS }
      const { topicErrors } = await cluster.call<TopicErrors>(await cluster.controller(), 'DeleteTopics', args)
      const { errorCode } = topicErrors[0]
      if (errorCode === kafkaCodes.unknownTopicOrPartition || errorCode === kafkaCodes.invalidTopic) return
      if (errorCode !== kafkaCodes.none) throw new KafkaCodeError('delete', errorCode)
      cluster.deleted(name)
      await this.#known(name, ({ topicErrorCode }) => topicErrorCode === kafkaCodes.unknownTopicOrPartition)
    })
    cluster.forget(name)
  }

  /** Resolves when each broker has heard of a change: they learn of it one after the other. */
  async #known(name: string, isSo: (topic: TopicMetadata) => boolean): Promise<void> {
    const deadline = performance.now() + TIMEOUT_MS
    for (const node of this.#cluster.nodeIds) {
      for (;;) {
        const [topic] = await this.#cluster.metadata([name], node)
        if (isSo(topic)) break
        if (performance.now() > deadline) throw new KafkaCodeError('metadata', kafkaCodes.requestTimedOut)
        await sleep(LOOK_AGAIN_MS)
      }
    }
  }
}

function checkPartitions({ topic, partitionMetadata }: TopicMetadata, { partitions }: TopicOptions): void {
  if (partitionMetadata.length !== partitions) throw logErrors.topicExists(topic, partitionMetadata.length, partitions)
}

function isWhole({ topicErrorCode, partitionMetadata }: TopicMetadata, partitions: number): boolean {
  return (
    topicErrorCode === kafkaCodes.none &&
    partitionMetadata.length === partitions &&
    partitionMetadata.every(({ leader }) => leader >= 0)
  )
}

/**
 * What history needs: nothing goes by size; by time only where a retention is asked for; and records keep the timestamps of what
 * they tell, however long ago (a broker's default deletes those at once) or, where clocks differ, ahead. Segments are
 * short beside the retention, since Kafka deletes whole ones.
 */
function settings(retentionMs: number | undefined, replicas: number): { name: string; value: string }[] {
  const segmentMs =
    retentionMs === undefined
      ? WEEK_MS
      : Math.min(WEEK_MS, Math.max(MINUTE_MS, Math.floor(retentionMs / SEGMENTS_KEPT)))
  return Object.entries({
    'cleanup.policy': 'delete',
    'retention.ms': retentionMs === undefined ? FOREVER : String(retentionMs),
    'retention.bytes': FOREVER,
    'segment.ms': String(segmentMs),
    'min.insync.replicas': replicas < MOST_REPLICAS ? '1' : '2', // of three, one may be away
    'message.timestamp.type': 'CreateTime',
    'message.timestamp.before.max.ms': ANY_TIME,
    'message.timestamp.after.max.ms': ANY_TIME,
  }).map(([name, value]) => ({ name, value }))
}
