/**
 * The memory of the demo's process, played at full speed over the flights again and again to ten million events.
 * `npm run bench:memory -- --date <day>`
 */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { EmbeddedLog } from '../src/log/embedded-log.ts'
import { benchArguments } from './bench-arguments.ts'
import { expectEqual } from './expect-equal.ts'
import { readPredictions } from './read-predictions.ts'
import { residentMemory } from './resident-memory.ts'
import { runBench } from './run-bench.ts'

const STREAM = 'flight-loop'
const SAMPLE_MS = 200
const SPAN = 1_000_000 // events over which the median is taken
const root = join(import.meta.dirname, '..')
const data = mkdtempSync(join(tmpdir(), 'millrace-bench-'))
process.once('exit', () => rmSync(data, { recursive: true, force: true }))

/** The process's memory when so many records had been predicted on or learned from. */
interface Sample {
  readonly events: number
  readonly megabytes: number
}

const { settings, date } = benchArguments({ rounds: 1, events: 10_000_000, warmUp: 3_000_000 })
const { events, warmUp } = settings

await runBench<{ demo: readonly Sample[] }>({
  name: 'memory',
  about: `millrace demo at full speed, flights looped to ${events / 1e6}M events, durability power; memory every ${SAMPLE_MS} ms`,
  date,
  settings,
  warmUps: 0,
  checked: ['a prediction for each departure, sequence numbers without gap or repeat'],
  notes: [
    `Flat: medians over each ${SPAN / 1e6}M events after the first ${warmUp / 1e6}M, the largest over the least.`,
  ],
  cases: { demo: { run: demo, check: checkPredictions } },
  figures: [
    {
      what: 'resident memory, most',
      unit: 'MB',
      of: ({ demo }) => Math.max(...demo.output.map(({ megabytes }) => megabytes)),
      bar: { atMost: 600 },
    },
    {
      what: 'resident memory after the warm-up, largest median over least',
      unit: '',
      of: ({ demo }) => growth(demo.output),
      bar: { atMost: 1.1 },
    },
    { what: 'resident memory after the warm-up', unit: 'MB', of: ({ demo }) => mediansOf(demo.output) },
    { what: 'played, predicted and learned', unit: 'events per second', of: ({ demo }) => events / demo.wallSeconds },
    {
      what: 'played, predicted and learned',
      unit: 'events per CPU-second',
      of: ({ demo }) => events / demo.cpuSeconds,
    },
  ],
})

/** Plays the demo to its end and watches its memory from outside. */
async function demo(): Promise<Sample[]> {
  const options = ['demo', STREAM, '--speed', 'max', '--limit', String(events), '--once']
  const child = spawn(process.execPath, [join(root, 'bin/millrace.js'), ...options], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: {
      ...process.env,
      MILLRACE_DATA: data,
      MILLRACE_STREAMS: join(import.meta.dirname, 'streams'),
      MILLRACE_SCHEMAS: join(root, 'schemas'),
      MILLRACE_PORT: '0',
    },
  })
  process.once('exit', () => child.kill('SIGKILL'))
  const ended = new Promise<number | null>((resolve, reject) => child.once('error', reject).once('close', resolve))
  const samples: Sample[] = []
  while (child.exitCode === null && child.signalCode === null) {
    await sleep(SAMPLE_MS)
    const megabytes = residentMemory(child.pid as number)
    const done = await predictionsOf()
    if (megabytes !== undefined && done > 0) samples.push({ events: done * 2, megabytes })
  }
  expectEqual('the exit code of the demo', await ended, 0)
  return samples
}

async function predictionsOf(): Promise<number> {
  try {
    const log = new EmbeddedLog(data, { readOnly: true })
    try {
      return (await log.bounds({ topic: `${STREAM}.predictions`, partition: 0 })).readableEnd
    } finally {
      await log.close()
    }
  } catch {
    return 0 // the demo has not come so far
  }
}

async function checkPredictions(): Promise<void> {
  const seen = new Uint8Array(events)
  const count = await readPredictions(data, STREAM, ({ sequence }) => seen[sequence]++)
  const log = new EmbeddedLog(data, { readOnly: true })
  const { readableEnd } = await log.bounds({ topic: 'flights.departures', partition: 0 })
  await log.close()
  expectEqual('the number of predictions', count, readableEnd)
  expectEqual('the first sequence number that is missing', seen.indexOf(0), count)
}

/** The median of each span after the warm-up. */
function mediansOf(samples: readonly Sample[]): number[] {
  const spans = new Map<number, number[]>()
  for (const { events: at, megabytes } of samples) {
    if (at < warmUp) continue
    const span = Math.floor(at / SPAN)
    spans.set(span, [...(spans.get(span) ?? []), megabytes])
  }
  return [...spans.values()].map((values) => values.sort((a, b) => a - b)[values.length >> 1])
}

function growth(samples: readonly Sample[]): number {
  const medians = mediansOf(samples)
  return Math.max(...medians) / Math.min(...medians)
}
