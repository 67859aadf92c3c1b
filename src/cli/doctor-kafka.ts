import { HttpRegistry } from '../codec/http-registry.ts'
import type { Config } from '../config/config-schema.ts'
import { KafkaLog } from '../log/kafka/kafka-log.ts'
import { kafkaOptionsOf } from '../service/kafka-options-of.ts'
import type { Finding } from './doctor-command.ts'
import { formatCount } from './format.ts'
import { misplacedKeys } from './misplaced-keys.ts'

const TRY_MS = 2000
const HOUR_MS = 3_600_000

/** What `doctor` finds of the cluster, of the topics that streams read, and of the schema registry. */
export async function doctorKafka(config: Config, inputs: readonly string[]): Promise<Finding[]> {
  const findings: Finding[] = []
  const log = new KafkaLog({ ...kafkaOptionsOf(config), retryMs: TRY_MS })
  try {
    const topics = new Map((await log.topics()).map((topic) => [topic.name, topic]))
    findings.push({ what: 'Kafka', state: 'ok', detail: `${config.brokers}, ${formatCount(topics.size)} topics` })
    for (const name of inputs) {
      const topic = topics.get(name)
      if (topic === undefined)
        findings.push({
          what: `topic ${name}`,
          state: 'note',
          detail: 'there is none yet; a stream that reads it makes it',
        })
      else if (topic.retentionMs !== undefined)
        findings.push({ what: `topic ${name}`, state: 'note', detail: keptFor(topic.retentionMs) })
      if (topic !== undefined && topic.partitions > 1) findings.push(...(await keysOf(log, name, topic.partitions)))
    }
  } catch (error) {
    findings.push({ what: 'Kafka', state: 'wrong', detail: (error as Error).message })
  } finally {
    await log.close()
  }
  if (config.registry !== '') findings.push(await registry(config.registry))
  return findings
}

/** Whether a topic's keys lie where Java's clients and Millrace put them. */
async function keysOf(log: KafkaLog, topic: string, partitions: number): Promise<Finding[]> {
  const { sampled, misplaced } = await misplacedKeys(log, topic, partitions)
  if (misplaced === 0) return []
  const found = `${formatCount(misplaced)} of its latest ${formatCount(sampled)} keys lie on other partitions than Java's clients and Millrace put them`
  const remedy = 'give producers on librdkafka partitioner=murmur2_random where records of one key are to stay in order'
  return [{ what: `topic ${topic}`, state: 'note', detail: `partitioner-mismatch: ${found}; ${remedy}` }]
}

function keptFor(retentionMs: number): string {
  return `records whose timestamp is older than ${formatCount(retentionMs / HOUR_MS)} hours are deleted (retention.ms): a history of older ones can't be kept in it`
}

async function registry(url: string): Promise<Finding> {
  const what = 'schema registry'
  const asked = new HttpRegistry({ url, timeoutMs: TRY_MS })
  try {
    await asked.schemaOf(1)
    return { what, state: 'ok', detail: 'answers' }
  } catch (error) {
    return { what, state: 'wrong', detail: (error as Error).message }
  }
}
