import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, expect, inject, test } from 'vitest'
import { HistoryProducer } from '../../src/cli/history-producer.ts'
import { defaultConfig } from '../../src/config/default-config.ts'
import { KafkaLog } from '../../src/log/kafka/kafka-log.ts'
import { loadStream } from '../../src/service/load-stream.ts'
import { openPlatform } from '../../src/service/open-platform.ts'
import { SeededRandom } from '../../src/stats/seeded-random.ts'
import { readOutputs, type StreamOutputs } from '../../src/testing/read-outputs.ts'
import history from '../../streams/flight-delay.history.ts'
import { MillraceProcess, runMillrace } from '../process/millrace-process.ts'
import { emptyKafka, kafkaOptions } from './kafka-driver.ts'

const RECORDS = 300_000
const KILLS = 10
const streams = join(import.meta.dirname, '../process/streams')
const root = mkdtempSync(join(tmpdir(), 'millrace-kafka-kills-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

const embedded = { log: 'embedded', data: join(root, 'embedded') } as const
const kafka = { log: 'kafka', data: join(root, 'kafka') } as const

function configOf(where: typeof embedded | typeof kafka) {
  return { ...defaultConfig, ...where, durability: 'process', brokers: inject('kafka') } as const
}

/** The input topics hold the beginning of the history. */
async function backlog(where: typeof embedded | typeof kafka): Promise<void> {
  const platform = openPlatform(configOf(where))
  const loaded = await loadStream({ streams, schemas: 'schemas' }, 'flight-delay')
  const producer = await HistoryProducer.open(loaded, platform)
  const stop = new AbortController().signal
  await producer.play(history(), { speed: Infinity, limit: RECORDS, lag: () => 0, stop })
  await platform.close()
}

async function outputsOf(where: typeof embedded | typeof kafka): Promise<StreamOutputs> {
  const platform = openPlatform(configOf(where))
  const outputs = await readOutputs(platform.log, 'flight-delay')
  await platform.close()
  return outputs
}

function environmentOf(where: typeof embedded | typeof kafka): Record<string, string> {
  const { log, data, brokers } = configOf(where)
  const common = { MILLRACE_COMMIT_INTERVAL: '10ms', MILLRACE_STREAMS: streams, MILLRACE_DURABILITY: 'process' }
  return {
    ...common,
    MILLRACE_SESSION_TIMEOUT: '1s',
    MILLRACE_LOG: log,
    MILLRACE_DATA: data,
    MILLRACE_BROKERS: brokers,
  }
}

test('a stream on Kafka, killed ten times, while another process of it stands still, publishes what an undisturbed run on the embedded log publishes', async () => {
  const log = new KafkaLog(kafkaOptions())
  await emptyKafka(log)
  await backlog(embedded)
  await backlog(kafka)
  const run = ['run', 'flight-delay', '--until-caught-up']
  expect(await runMillrace(run, environmentOf(embedded))).toMatchObject({ exitCode: 0 })
  const expected = await outputsOf(embedded)
  expect(expected.predictions.length).toBeGreaterThan(RECORDS / 3)

  // Stands still from now on, with whatever it has open, while others run the task.
  const zombie = new MillraceProcess(run, environmentOf(kafka))
  await zombie.said(/running {2}/)
  zombie.signal('SIGSTOP')

  const random = new SeededRandom(11)
  const held: number[] = []
  for (let kill = 0; kill < KILLS; kill++) {
    const running = new MillraceProcess(run, environmentOf(kafka))
    await running.said(/running {2}/)
    await wait(random.next() * 600) // the moment to kill it is what varies
    running.signal('SIGKILL')
    expect(['SIGKILL', 0]).toContain(await running.ended())
    const { start, readableEnd } = await log.bounds({ topic: 'flight-delay.journal', partition: 0 })
    held.push(readableEnd - start)
  }
  expect(new Set(held).size).toBeGreaterThan(1)
  const last = await runMillrace(run, environmentOf(kafka))
  expect(last, last.errors).toMatchObject({ exitCode: 0 })
  zombie.signal('SIGCONT')
  // Fenced; or, where an answer to it was lost meanwhile, it started anew and found nothing left to do.
  expect([75, 0]).toContain(await zombie.ended())
  const outputs = await outputsOf(kafka)
  expect(outputs.predictions.length).toBe(expected.predictions.length)
  expect(outputs).toEqual(expected)
  console.log(`zombie: ${zombie.errors.trim()}`)
  console.log(`end of the journal after each kill: ${held.join(', ')}`)
  await log.close()
}, 120_000)
