import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { inject } from 'vitest'
import { HistoryProducer } from '../../src/cli/history-producer.ts'
import { defaultConfig } from '../../src/config/default-config.ts'
import type { Log } from '../../src/log/log.ts'
import { loadStream } from '../../src/service/load-stream.ts'
import { openPlatform } from '../../src/service/open-platform.ts'
import { Journal } from '../../src/task/journal.ts'
import type { JournalRecord } from '../../src/task/journal-record.ts'
import { readOutputs, type StreamOutputs } from '../../src/testing/read-outputs.ts'
import history from '../../streams/flight-delay.history.ts'
import { MillraceProcess, runMillrace } from '../process/millrace-process.ts'

const streams = join(import.meta.dirname, '../process/streams')

/** Where a run of 'flight-delay' lives: an installation on the broker of these tests, or a data directory with its own log. */
export interface Place {
  readonly log: 'embedded' | 'kafka'
  readonly data: string
}

/** What of the configuration differs from the default. */
export function configOf({ log, data }: Place) {
  const blobs = `${data}-blobs` // as a volume that several machines share
  const durability = 'process'
  return { ...defaultConfig, log, data, blobs, durability, brokers: inject('kafka'), sessionTimeout: '1s' } as const
}

/** A process of the stream: all of a place are in one group, with a session timeout of one second. */
export function startMember(
  place: Place,
  settings: Readonly<Record<string, string>> = {},
  args: readonly string[] = ['run', 'flight-delay'],
): MillraceProcess {
  return new MillraceProcess(args, { ...environmentOf(place), ...settings })
}

/** Runs the stream until it has taken all that there is; fails where that fails. */
export async function runToEnd(place: Place): Promise<void> {
  const run = ['run', 'flight-delay', '--until-caught-up']
  const { exitCode, errors } = await runMillrace(run, environmentOf(place))
  if (exitCode !== 0) throw new Error(errors)
}

/** The input topics hold the beginning of the history. */
export async function writeBacklog(place: Place, records: number): Promise<void> {
  const platform = openPlatform(configOf(place))
  const loaded = await loadStream({ streams, schemas: 'schemas' }, 'flight-delay')
  const producer = await HistoryProducer.open(loaded, platform)
  const stop = new AbortController().signal
  await producer.play(history(), { speed: Infinity, limit: records, lag: () => 0, stop })
  await platform.close()
}

export async function outputsOf(place: Place): Promise<StreamOutputs> {
  const platform = openPlatform(configOf(place))
  const outputs = await readOutputs(platform.log, 'flight-delay')
  await platform.close()
  return outputs
}

/** Waits for a record of the journal; gives it, and when it was seen. */
export async function journaled(
  log: Log,
  isIt: (record: JournalRecord) => boolean,
): Promise<{ readonly record: JournalRecord; readonly atMs: number }> {
  const journal = new Journal(log, 'flight-delay', 0)
  for (;;) {
    const record = await journal.last().catch(() => undefined)
    if (record !== undefined && isIt(record)) return { record, atMs: performance.now() }
    await sleep(10)
  }
}

function environmentOf(place: Place): Record<string, string> {
  const { log, data, blobs, brokers, sessionTimeout } = configOf(place)
  return {
    MILLRACE_COMMIT_INTERVAL: '10ms',
    MILLRACE_STREAMS: streams,
    MILLRACE_DURABILITY: 'process',
    MILLRACE_LOG: log,
    MILLRACE_DATA: data,
    MILLRACE_BLOBS: blobs,
    MILLRACE_BROKERS: brokers,
    MILLRACE_SESSION_TIMEOUT: sessionTimeout,
  }
}
