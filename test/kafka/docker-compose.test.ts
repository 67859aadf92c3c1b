import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { freePort } from '../../src/cluster/free-port.ts'
import { LocalKafka } from '../../src/cluster/local-kafka.ts'
import { KafkaLog } from '../../src/log/kafka/kafka-log.ts'
import { numbered, outgoing, valuesOf } from '../contracts/log-records.ts'
import { readYaml } from '../deploy/read-yaml.ts'

const root = join(import.meta.dirname, '../..')

/** The settings that a container gives its broker: `KAFKA_LOG_DIRS` is `log.dirs`. */
function settingsOf(environment: Readonly<Record<string, unknown>>): Record<string, string> {
  const entries = Object.entries(environment).filter(([name]) => name.startsWith('KAFKA_'))
  return Object.fromEntries(
    entries.map(([name, value]) => [name.slice(6).toLowerCase().replaceAll('_', '.'), String(value)]),
  )
}

test('the settings of docker-compose.yml start a broker of the same version, which commits transactions', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-compose-'))
  const [host, controller, internal] = [await freePort(), await freePort(), await freePort()]
  const said = settingsOf(readYaml(join(root, 'docker-compose.yml')).services.kafka.environment)
  const here = Object.entries(said).map(([name, value]) => [
    name,
    value
      .replaceAll(/(?:localhost|kafka)?:(9092|9093|19092)/g, (_, port: string) => {
        return `127.0.0.1:${{ '9092': host, '9093': controller, '19092': internal }[port]}`
      })
      .replace('/var/lib/kafka', join(folder, 'broker-1')),
  ])
  const kafka = await LocalKafka.start({
    cache: join(root, '.cache'),
    folder,
    ports: [[host, controller]],
    java: ['-Xmx256m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'],
    settings: Object.fromEntries(here),
  })
  onTestFinished(async () => {
    await kafka.kill()
    rmSync(folder, { recursive: true, force: true })
  })
  for (const port of [host, internal]) {
    const log = new KafkaLog({ brokers: [`127.0.0.1:${port}`] })
    const topic = `events-${port}`
    await log.createTopic(topic, { partitions: 1 })
    const producer = await log.transactionalProducer('compose')
    await producer.send([outgoing(topic, 0, numbered('v', 2))])
    await producer.commit()
    await producer.close()
    expect(await valuesOf(log, { topic, partition: 0 })).toEqual(['v0', 'v1'])
    await log.close()
  }
})
