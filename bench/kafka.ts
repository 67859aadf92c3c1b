/**
 * Logistic regression on Elec2 cycled to 500,000 rows, one record in, one prediction out, exactly once on a real Kafka, commits
 * every 100 ms, beside kafkajs alone that only echoes the same records in transactions. The broker's time is not counted.
 * `npm run bench:kafka -- --date <day>`
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '../src/cluster/free-port.ts'
import { LocalKafka } from '../src/cluster/local-kafka.ts'
import { KafkaLog } from '../src/log/kafka/kafka-log.ts'
import { resetStream } from '../src/service/reset-stream.ts'
import { benchArguments } from './bench-arguments.ts'
import { benchKafka, benchPlatform } from './bench-platform.ts'
import { benchStream } from './bench-stream.ts'
import { electricityRows } from './electricity-rows.ts'
import { expectEqual } from './expect-equal.ts'
import { fillTopics } from './fill-topics.ts'
import type { KafkaEcho } from './kafka-echo.ts'
import { readPredictions } from './read-predictions.ts'
import { type Round, runBench } from './run-bench.ts'
import { runChild } from './run-child.ts'
import type { TaskProgram } from './task-program.ts'

interface Outputs {
  readonly millrace: TaskProgram
  readonly echo500: KafkaEcho
  readonly echo1000: KafkaEcho
}

const INPUT = 'electricity'
const ECHO = 'echo'
const ACCURACY = 0.823216 // three independent implementations agree on all of its digits, over 500,000 rows
const labels = electricityRows(join(import.meta.dirname, '../test/data/elec2.csv.gz')).map(({ up }) => up)

const { settings, date } = benchArguments({ rounds: 5, rows: 500_000 })
const { rows } = settings
const root = mkdtempSync(join(tmpdir(), 'millrace-bench-kafka-'))
const kafka = await LocalKafka.start({
  cache: join(import.meta.dirname, '../.cache'),
  folder: join(root, 'brokers'),
  ports: [[await freePort(), await freePort()]],
})
const brokers = kafka.brokers.join(',')
process.env[benchKafka] = brokers
const data = join(root, 'data')
mkdirSync(data)

try {
  const loaded = await benchStream('elec2')
  await fillTopics(loaded, data, (await import(loaded.historyFile as string)).default(), rows)
  await runBench<Outputs>({
    name: 'kafka',
    about: `logistic regression on Elec2 cycled to ${rows.toLocaleString('en-US')} rows, 1 in, 1 out, on Kafka 4.1, exactly once, commit 100 ms`,
    date,
    settings,
    warmUps: 1,
    checked: [
      'as many predictions in the topic as rows, in order, without gap or repeat, and their accuracy (0.823216 of 500,000 rows)',
      'as many records echoed as there are',
    ],
    notes: [
      'The rows are in the topic before the clock starts. The broker runs on the same machine and its time is not counted.',
      'The echo is kafkajs alone, its timers guarded, in sends of 500 and of 1,000 records (its best), without committing offsets.',
    ],
    cases: {
      millrace: {
        prepare: reset,
        run: () => runChild('task-program.ts', ['elec2', data, String(rows)]),
        check: async ({ rows: done, predictions, learned, accuracy }) => {
          const counted = { rows: done, predictions, learned }
          expectEqual('what was counted', counted, { rows, predictions: rows, learned: rows })
          if (rows === 500_000) expectEqual('the accuracy', accuracy, ACCURACY)
          expectEqual('the accuracy of the predictions in the topic', await storedAccuracy(), accuracy)
        },
      },
      echo500: { prepare: resetEcho, run: () => echo(500), check: checkEcho },
      echo1000: { prepare: resetEcho, run: () => echo(1000), check: checkEcho },
    },
    figures: [
      {
        what: 'Millrace over the echo, by CPU',
        unit: '',
        of: (round) => best(round, 'cpuSeconds') / round.millrace.output.cpuSeconds,
        bar: { atLeast: 0.8 },
      },
      {
        what: 'Millrace',
        headline: true,
        unit: 'rows per CPU-second',
        of: ({ millrace }) => rows / millrace.output.cpuSeconds,
      },
      { what: 'Millrace', unit: 'rows per second', of: ({ millrace }) => rows / millrace.output.wallSeconds },
      { what: 'echo', unit: 'records per CPU-second', of: (round) => rows / best(round, 'cpuSeconds') },
      { what: 'echo', unit: 'records per second', of: (round) => rows / best(round, 'wallSeconds') },
    ],
  })
} finally {
  await kafka.kill()
  rmSync(root, { recursive: true, force: true })
}

/** The echo at its best send size. */
function best({ echo500, echo1000 }: Round<Outputs>, time: 'cpuSeconds' | 'wallSeconds'): number {
  return Math.min(echo500.output[time], echo1000.output[time])
}

function echo(sendRecords: number): Promise<KafkaEcho> {
  return runChild('kafka-echo.ts', [brokers, INPUT, ECHO, String(rows), String(sendRecords)])
}

async function reset(): Promise<void> {
  const platform = benchPlatform(data, 'process')
  await resetStream(platform, 'elec2')
  await platform.close()
}

async function resetEcho(): Promise<void> {
  const log = new KafkaLog({ brokers: [...kafka.brokers] })
  await log.deleteTopic(ECHO)
  await log.createTopic(ECHO, { partitions: 1 })
  await log.close()
}

async function checkEcho({ echoed }: KafkaEcho): Promise<void> {
  expectEqual('the number of records echoed', echoed, rows)
  const log = new KafkaLog({ brokers: [...kafka.brokers] })
  const reader = await log.reader([{ topic: ECHO, partition: 0, offset: 0 }])
  let stored = 0
  do {
    for (const { count } of await reader.poll(1 << 20, 0)) stored += count
  } while (reader.position(0) < reader.readableEnd(0))
  await log.close()
  expectEqual('the number of records in the topic of the echo', stored, rows)
}

async function storedAccuracy(): Promise<number> {
  let right = 0
  let next = 0
  const stored = await readPredictions(data, 'elec2', ({ id, prediction, sequence }) => {
    if (sequence !== next || Number(id) !== next)
      throw new Error(`prediction ${sequence} of row ${id} is where ${next} belongs`)
    if (prediction > 0.5 === labels[next % labels.length]) right++
    next++
  })
  return right / stored
}
