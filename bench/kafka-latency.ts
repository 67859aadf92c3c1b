/**
 * How long after an event was sent to Kafka its prediction can be read, by a consumer of committed records, while events come in at an
 * even rate: logistic regression on Elec2, exactly once, commits every 100 ms. Producer, task, consumer and broker share the machine.
 * `npm run bench:kafka-latency -- --date <day>`
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as wait } from 'node:timers/promises'
import { AvroEncoder } from '../src/codec/avro-encoder.ts'
import { freePort } from '../src/cluster/free-port.ts'
import { LocalKafka } from '../src/cluster/local-kafka.ts'
import type { HistoryRecord } from '../src/backtest/record-writer.ts'
import type { Log } from '../src/log/log.ts'
import { OutgoingBatchBuilder } from '../src/log/outgoing-batch-builder.ts'
import { resetStream } from '../src/service/reset-stream.ts'
import { writeEvent } from '../src/service/write-event.ts'
import { benchArguments } from './bench-arguments.ts'
import { benchKafka, benchPlatform } from './bench-platform.ts'
import { benchStream } from './bench-stream.ts'
import { expectEqual } from './expect-equal.ts'
import { runBench } from './run-bench.ts'

/** Milliseconds from sent to seen, of each event in the order sent. */
type Latencies = Float64Array

const { settings, date } = benchArguments({ rounds: 3, rate: 25_000, seconds: 10 })
const { rate, seconds } = settings
const events = rate * seconds
const SEND_MS = 5
const root = mkdtempSync(join(tmpdir(), 'millrace-bench-latency-'))
const kafka = await LocalKafka.start({
  cache: join(import.meta.dirname, '../.cache'),
  folder: join(root, 'brokers'),
  ports: [[await freePort(), await freePort()]],
})
process.env[benchKafka] = kafka.brokers.join(',')
const data = join(root, 'data')
mkdirSync(data)
const loaded = await benchStream('elec2')
const { topic, schema: file } = loaded.graph.inputs[0]
const schema = loaded.schemas.get(file)!

try {
  await runBench<{ live: Latencies }>({
    name: 'kafka-latency',
    about: 'from an event sent to its prediction read by a consumer of committed records, on Kafka 4.1, commit 100 ms',
    date,
    settings,
    warmUps: 1,
    checked: ['each event has one prediction'],
    notes: [
      'Producer, task, consumer and broker share the machine. The first second of each round is left out.',
      'An event counts as sent when its batch is handed over; batches are sent every 5 ms.',
    ],
    cases: {
      live: {
        prepare: reset,
        run: live,
        check: (latencies) => expectEqual('events without a prediction', latencies.filter(Number.isNaN).length, 0),
      },
    },
    figures: [
      { what: 'median', unit: 'ms', of: ({ live: { output } }) => quantile(output, 0.5) },
      {
        what: '99th percentile',
        headline: true,
        unit: 'ms',
        of: ({ live: { output } }) => quantile(output, 0.99),
        bar: { atMost: 200 },
      },
      { what: 'longest', unit: 'ms', of: ({ live: { output } }) => quantile(output, 1) },
    ],
  })
} finally {
  await kafka.kill()
  rmSync(root, { recursive: true, force: true })
}

async function reset(): Promise<void> {
  const platform = benchPlatform(data, 'process')
  await resetStream(platform, 'elec2', [topic])
  await platform.log.createTopic(topic, { partitions: 1 })
  await platform.close()
}

async function live(): Promise<Latencies> {
  const platform = benchPlatform(data, 'process')
  const encoder = new AvroEncoder(schema.avro, await platform.registry.register(`${topic}-value`, schema.avro), file)
  const sent = new Float64Array(events)
  const seen = new Float64Array(events).fill(Number.NaN)
  const history = (await import(loaded.historyFile as string)).default() as Generator<HistoryRecord>
  const task = await startTask(platform.log, encoder, history, sent)
  const reading = readPredictions(platform.log, seen)
  await send(platform.log, encoder, history, sent)
  await reading
  await once(task, 'exit')
  await platform.close()
  return seen.map((at, i) => at - sent[i])
}

/** Starts the task, and resolves when it has committed a first event. */
async function startTask(
  log: Log,
  ...rest: [AvroEncoder, Generator<HistoryRecord>, Float64Array]
): Promise<ChildProcess> {
  const program = [join(import.meta.dirname, 'task-program.ts'), 'elec2', data, String(events)]
  const task = spawn(process.execPath, program, { stdio: ['ignore', 'pipe', 'inherit'] })
  const lines = createInterface({ input: task.stdout! })
  await sendSome(log, new OutgoingBatchBuilder(topic, 0), 0, 1, ...rest)
  for await (const line of lines) if (line.startsWith('rows')) break
  task.stdout!.resume()
  return task
}

async function send(
  log: Log,
  encoder: AvroEncoder,
  history: Generator<HistoryRecord>,
  sent: Float64Array,
): Promise<void> {
  const builder = new OutgoingBatchBuilder(topic, 0)
  const begun = performance.now()
  for (let next = 1; next < events; ) {
    const due = Math.min(events, 1 + Math.floor(((performance.now() - begun) / 1000) * rate))
    await sendSome(log, builder, next, due, encoder, history, sent)
    next = due
    await wait(SEND_MS)
  }
}

async function sendSome(
  log: Log,
  builder: OutgoingBatchBuilder,
  from: number,
  to: number,
  encoder: AvroEncoder,
  history: Generator<HistoryRecord>,
  sent: Float64Array,
): Promise<void> {
  builder.clear()
  const now = performance.now()
  for (let i = from; i < to; i++) {
    const { record } = history.next().value as HistoryRecord
    builder.add(Date.now())
    builder.setKeyText(String((record as { id: string }).id))
    writeEvent(encoder, schema.fields, builder, record)
    sent[i] = now
  }
  if (builder.count > 0) await log.append([builder])
}

async function readPredictions(log: Log, seen: Float64Array): Promise<void> {
  const reader = await log.reader([{ topic: 'elec2.predictions', partition: 0, offset: 0 }])
  const text = new TextDecoder()
  for (let count = 0; count < events; ) {
    for (const batch of await reader.poll(1 << 20, 1000)) {
      const now = performance.now()
      for (let i = 0; i < batch.count; i++) {
        const id = Number(text.decode(batch.bytes.subarray(batch.keyStarts[i], batch.keyEnds[i])))
        expectEqual(`event ${id} predicted before`, Number.isNaN(seen[id]), true)
        seen[id] = now
      }
      count += batch.count
    }
  }
  await reader.close()
}

function quantile(latencies: Latencies, at: number): number {
  const sorted = latencies.slice(rate).sort()
  return sorted[Math.min(sorted.length - 1, Math.floor(at * sorted.length))]
}
