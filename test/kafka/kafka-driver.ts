import { setTimeout as sleep } from 'node:timers/promises'
import { inject } from 'vitest'
import { KafkaCluster } from '../../src/log/kafka/kafka-cluster.ts'
import { KafkaLog } from '../../src/log/kafka/kafka-log.ts'
import type { LogDriver, OpenedLog } from '../contracts/log-driver.ts'
import { numbered, outgoing } from '../contracts/log-records.ts'

const TOPIC = 2

export function kafkaOptions(): { readonly brokers: readonly string[] } {
  return { brokers: [inject('kafka')] }
}

/** Deletes all topics, so that a log is empty. */
export async function emptyKafka(log: KafkaLog): Promise<void> {
  for (const { name } of await log.topics()) await log.deleteTopic(name)
}

/** A KafkaLog on the broker of these tests. Time passes by topics keeping their records for less. */
export const kafkaDriver: LogDriver = {
  name: 'kafka-log',
  tooLargeBytes: 1_000_001,
  async open() {
    let log = new KafkaLog(kafkaOptions())
    await emptyKafka(log)
    let passedMs = 0
    const opened: OpenedLog = {
      log,
      async reopen() {
        await log.close()
        log = new KafkaLog(kafkaOptions())
        this.log = log
      },
      now: () => Date.now() + passedMs,
      async pass(ms) {
        passedMs += ms
        const retained = (await log.topics()).filter(({ retentionMs }) => retentionMs !== undefined)
        for (const { name, retentionMs } of retained) await retain(name, Math.max(1, retentionMs! - ms))
        if (retained.length > 0) await retentionRound(log)
        else await sleep(ms)
      },
      async dispose() {
        await log.close()
      },
    }
    return opened
  },
}

async function retain(topic: string, ms: number): Promise<void> {
  const cluster = new KafkaCluster(kafkaOptions())
  const configEntries = Object.entries({
    'retention.ms': String(ms),
    'segment.ms': '60000',
    'message.timestamp.after.max.ms': '9223372036854775807',
  }).map(([name, value]) => ({ name, value }))
  const resources = [{ type: TOPIC, name: topic, configEntries }]
  await cluster.call(-1, 'AlterConfigs', { resources, validateOnly: false })
  cluster.close()
}

/** The broker looks at all topics one after the other, again and again: between two deletions in one it has looked at all others. */
async function retentionRound(log: KafkaLog): Promise<void> {
  const place = { topic: 'old', partition: 0 }
  await log.createTopic('old', { partitions: 1, retentionMs: 1 })
  for (let round = 1; round <= 2; round++) {
    await log.append([outgoing('old', 0, numbered('old', 1, 1000))])
    while ((await log.bounds(place)).start < round) await sleep(10)
  }
  await log.deleteTopic('old')
}
