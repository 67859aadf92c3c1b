import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { freePort } from '../../src/cluster/free-port.ts'
import { kafkaJars } from '../../src/cluster/kafka-jars.ts'
import { LocalRegistry } from '../../src/cluster/local-registry.ts'
import { KafkaLog } from '../../src/log/kafka/kafka-log.ts'
import { partitionOfKey } from '../../src/log/partition-of-key.ts'
import { readOutputs } from '../../src/testing/read-outputs.ts'
import { missingTools } from '../cluster/missing-tools.ts'
import { numbered, outgoing } from '../contracts/log-records.ts'
import { runMillrace } from '../process/millrace-process.ts'
import { emptyKafka, kafkaOptions } from './kafka-driver.ts'

const PYTHON_CLIENT = '2.6.1'
const VISITS = 300
const PARTITIONS = 3

const cache = join(import.meta.dirname, '../../.cache')
const schemas = join(import.meta.dirname, '../prometheus/schemas')
const folder = mkdtempSync(join(tmpdir(), 'millrace-interoperability-'))
const noKcat = missingTools([{ command: 'kcat', debianPackage: 'kcat' }])
const noPython = missingTools([{ command: 'python3', debianPackage: 'python3-venv' }])

let log: KafkaLog
let registry: LocalRegistry
const brokers = (): string => inject('kafka')

beforeAll(async () => {
  if (brokers() === '') return
  const logFile = join(folder, 'registry.log')
  registry = await LocalRegistry.start({ cache, port: await freePort(), logFile, install: true })
  log = new KafkaLog(kafkaOptions())
  await emptyKafka(log)
}, 120_000)

afterAll(async () => {
  await log?.close()
  await registry?.stop()
  rmSync(folder, { recursive: true, force: true })
})

/** Visits as a producer has them. */
function visits(prefix: string) {
  return Array.from({ length: VISITS }, (_, i) => ({
    id: `${prefix}${i}`,
    at: Date.UTC(2024, 0, 1) + i * 1000,
    shop: null,
    amount: (i % 8) - 3.5,
    member: i % 8 > 3,
  }))
}

function environmentOf(stream: string): Record<string, string> {
  return {
    MILLRACE_LOG: 'kafka',
    MILLRACE_BROKERS: brokers(),
    MILLRACE_REGISTRY: registry.url,
    MILLRACE_DATA: join(folder, stream),
    MILLRACE_STREAMS: join(import.meta.dirname, 'streams'),
    MILLRACE_SCHEMAS: schemas,
  }
}

/** Runs a stream on all that its topic holds. */
async function run(stream: string): Promise<void> {
  const done = await runMillrace(['run', stream, '--until-caught-up'], environmentOf(stream))
  expect(done, done.errors).toMatchObject({ exitCode: 0 })
}

/** What a transaction that was never committed wrote. */
async function abortedRecords(topic: string): Promise<void> {
  const dies = await log.transactionalProducer('test.dies')
  await dies.send([outgoing(topic, 0, numbered('never ', 5))])
  await (await log.transactionalProducer('test.dies')).close() // settles what was left open
  await dies.close().catch(() => {})
}

function kcat(args: readonly string[], input = ''): string {
  return execFileSync('kcat', ['-b', brokers(), '-q', ...args], { encoding: 'utf8', input, timeout: 30_000 })
}

/** Kafka's own command line: the Java client. */
async function java(program: string, args: readonly string[], input = ''): Promise<string> {
  const jars = ['-cp', `${await kafkaJars(cache)}/*`]
  const options = ['-Xmx128m', '-XX:TieredStopAtLevel=1', '-Dorg.slf4j.simpleLogger.defaultLogLevel=off', ...jars]
  const rest = [...options, program, '--bootstrap-server', brokers(), ...args]
  return execFileSync('java', rest, { encoding: 'utf8', input, stdio: ['pipe', 'pipe', 'pipe'], timeout: 60_000 })
}

/** Confluent's client for Python, in a virtual environment that is made once. */
function python(args: readonly string[], input = ''): string {
  const environment = join(cache, `confluent-kafka-${PYTHON_CLIENT}`)
  const program = join(environment, 'bin/python')
  if (!existsSync(join(environment, 'installed'))) {
    execFileSync('python3', ['-m', 'venv', environment])
    execFileSync(program, ['-m', 'pip', 'install', '-q', `confluent-kafka[avro]==${PYTHON_CLIENT}`])
    writeFileSync(join(environment, 'installed'), '')
  }
  const [command, ...rest] = args
  const script = join(import.meta.dirname, 'python-client.py')
  const all = [script, command, brokers(), registry.url, ...rest]
  return execFileSync(program, all, { encoding: 'utf8', input, timeout: 60_000 })
}

describe('other clients of Kafka', () => {
  test.skipIf(noKcat)(
    'kcat and the Java client produce events in JSON, and read predictions, committed ones only',
    async () => {
      await log.createTopic('visits.json', { partitions: PARTITIONS })
      const lines = (all: readonly { id: string }[]) =>
        all.map((visit) => `${visit.id}\t${JSON.stringify(visit)}\n`).join('')
      kcat(['-P', '-t', 'visits.json', '-K', '\t', '-X', 'partitioner=murmur2_random'], lines(visits('kcat ')))
      const properties = ['parse.key=true', 'key.separator=\t'].flatMap((property) => ['--property', property])
      await java(
        'org.apache.kafka.tools.ConsoleProducer',
        ['--topic', 'visits.json', ...properties],
        lines(visits('java ')),
      )
      // A key lies where Millrace puts it, whoever wrote it.
      const places = kcat(['-C', '-t', 'visits.json', '-e', '-f', '%k\t%p\n']).trim().split('\n')
      expect(places).toHaveLength(2 * VISITS)
      for (const place of places) {
        const [key, partition] = place.split('\t')
        const bytes = Buffer.from(key)
        expect(Number(partition), key).toBe(partitionOfKey(bytes, 0, bytes.length, PARTITIONS))
      }

      const doctor = () => runMillrace(['doctor'], environmentOf('visits-json'))
      expect((await doctor()).output).not.toContain('partitioner-mismatch')
      // librdkafka's own partitioner puts them elsewhere, which `doctor` tells.
      await log.createTopic('visits.avro', { partitions: PARTITIONS })
      kcat(['-P', '-t', 'visits.avro', '-K', '\t'], lines(visits('elsewhere ')))
      expect((await doctor()).output).toMatch(
        /note +topic visits\.avro +partitioner-mismatch: \d+ of its latest \d+ keys/,
      )
      await log.deleteTopic('visits.avro')

      await run('visits-json')
      const predicted = (await readOutputs(log, 'visits-json')).predictions.map(({ id }) => id).toSorted()
      expect(predicted).toHaveLength(2 * VISITS)
      await abortedRecords('visits-json.predictions')
      const committed = kcat([
        '-C',
        '-t',
        'visits-json.predictions',
        '-e',
        '-X',
        'isolation.level=read_committed',
        '-f',
        '%k\n',
      ])
      expect(committed.trim().split('\n').toSorted()).toEqual(predicted)
      const consume = [
        '--topic',
        'visits-json.predictions',
        '--from-beginning',
        '--timeout-ms',
        '3000',
        '--property',
        'print.key=true',
      ]
      const consumer = 'org.apache.kafka.tools.consumer.ConsoleConsumer'
      const keysOf = (said: string): string[] =>
        [...said.matchAll(/(?:^|\n)((?:kcat|java) \d+)\t/g)].map(([, key]) => key)
      const read = await java(consumer, [...consume, '--isolation-level', 'read_committed'])
      expect(keysOf(read).toSorted()).toEqual(predicted)
      expect(read).not.toContain('never 0')
      // Java's default is the other one: what was never committed is among what it reads.
      expect(await java(consumer, consume)).toContain('never 0')
    },
    120_000,
  )

  test.skipIf(noPython)(
    'Python with Confluent’s client produces events in Avro, and decodes predictions',
    async () => {
      await log.createTopic('visits.avro', { partitions: PARTITIONS })
      const all = visits('python ')
      const lines = all.map((visit) => `${JSON.stringify(visit)}\n`).join('')
      python(['produce', 'visits.avro', String(VISITS), join(schemas, 'visit.avsc')], lines)
      await run('visits-avro')
      const { predictions } = await readOutputs(log, 'visits-avro')
      expect(predictions.map(({ id }) => id).toSorted()).toEqual(all.map(({ id }) => id).toSorted())
      await abortedRecords('visits-avro.predictions')
      const read = python(['consume', 'visits-avro.predictions', String(VISITS)])
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as { id: string; sequence: number })
      const bySequence = (a: { sequence: number }, b: { sequence: number }): number => a.sequence - b.sequence
      expect(read.toSorted(bySequence)).toEqual(predictions.toSorted(bySequence))
    },
    180_000,
  )
})
