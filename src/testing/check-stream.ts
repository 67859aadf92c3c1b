import type { History } from '../backtest/history-batches.ts'
import { recordsOf } from '../backtest/history-records.ts'
import { MillraceError } from '../errors.ts'
import type { Stream } from '../stream/define-stream.ts'
import { inAnotherWorld } from './in-another-world.ts'
import type { StreamOutputs } from './read-outputs.ts'
import { type SimulationResult, simulateTimed } from './simulate.ts'
import { type Arrivals, type SchemaSource, type Simulated, StreamHarness, type TimedRecord } from './stream-harness.ts'
import { type TableRow, tableOf } from './table.ts'

export interface CheckOptions<N = unknown> {
  /** As in `simulate`. */
  readonly schemas?: SchemaSource
  readonly arrivals?: Arrivals<N>
  /** Records that are taken at the most, the first by arrival. Default 20,000. */
  readonly limit?: number
}

/** Where two runs over the same records first differ. */
export interface StreamDifference {
  /** What differs, such as "feature 'noise'", 'prediction', 'signals' or 'state drift.loss'. */
  readonly what: string
  /** Which record it was at, counted from 0 by arrival, with its input and key; -1 where it is not about a single record. */
  readonly position: number
  readonly input: string
  readonly id: string
  /** The two values. */
  readonly one: unknown
  readonly other: unknown
}

export interface StreamCheckResult {
  readonly records: number
  readonly predictions: number
  /** Undefined: every output and every byte of state is the same. */
  readonly difference: StreamDifference | undefined
}

const LIMIT = 20_000

/**
 * Runs a stream twice over the same records, the second time with other micro-batches and transactions, at another time
 * of day and time zone, and with a crash in the middle, and compares every output and the state. What does not follow
 * from the records alone (a clock, random numbers, variables outside of an arrow) makes a difference, and is named with
 * the record at which it first shows. Throws what the stream itself throws.
 */
export async function checkStream<N>(
  stream: Stream<N>,
  records: Simulated<N> | History,
  options: CheckOptions<N> = {},
): Promise<StreamCheckResult> {
  const harness = await StreamHarness.of(stream, options.schemas)
  const timed = await timedRecords(harness, records, options)
  const one = await simulateTimed(harness.anew(), timed, { nowMs: 0 })
  const crashAfter = Math.max(1, Math.floor(Math.ceil(timed.length / Math.ceil(timed.length / 7)) / 2))
  const variant = {
    crashAfter: timed.length < 7 ? undefined : crashAfter,
    batchRows: 13,
    commitEvery: Math.ceil(timed.length / 7),
  }
  const other = await inAnotherWorld(() => simulateTimed(harness.anew(), timed, variant)).catch((error: unknown) => {
    if (error instanceof MillraceError && error.code === 'MILLRACE_TASK_DIVERGED') return error
    throw error
  })
  return {
    records: timed.length,
    predictions: one.predictions.length,
    difference: await firstDifference(harness, timed, one, other),
  }
}

/** The difference nearest to its cause: in a row before in what came of it. */
async function firstDifference(
  harness: StreamHarness,
  timed: readonly TimedRecord[],
  one: SimulationResult,
  other: SimulationResult | MillraceError,
): Promise<StreamDifference | undefined> {
  const before = await tableOf(harness, timed)
  const replay = (): Promise<unknown> => tableOf(harness, timed.slice(0, timed.length >> 2)) // as a restart in the middle does
  const after = await inAnotherWorld(() => tableOf(harness, timed, replay))
  const atRow = rowsDiffer(before, after)
  if (atRow === undefined && other instanceof MillraceError)
    return { what: 'what a replay gives', position: -1, input: '', id: '', one: undefined, other: other.message }
  const found = atRow ?? outputsDiffer(one, other as SimulationResult) ?? stateDiffers(one, other as SimulationResult)
  if (found === undefined) return undefined
  return { ...found, ...placeOf(harness, timed, found.id) }
}

type Found = Pick<StreamDifference, 'what' | 'id' | 'one' | 'other'>

function rowsDiffer(before: readonly TableRow[], after: readonly TableRow[]): Found | undefined {
  for (let i = 0; i < Math.max(before.length, after.length); i++) {
    const [one, other] = [before[i], after[i]]
    if (one === undefined || other === undefined || one.id !== other.id) {
      const what = 'which events are predicted'
      return { what, id: (one ?? other).id, one: one?.id, other: other?.id }
    }
    for (const [name, value] of Object.entries(one.features)) {
      if (!Object.is(value, other.features[name]))
        return { what: `feature '${name}'`, id: one.id, one: value, other: other.features[name] }
    }
  }
  const i = before.findIndex(({ label }, row) => !Object.is(label, after[row].label))
  return i < 0 ? undefined : { what: 'label', id: before[i].id, one: before[i].label, other: after[i].label }
}

function outputsDiffer(one: StreamOutputs, other: StreamOutputs): Found | undefined {
  for (const what of ['predictions', 'deadLetters', 'signals', 'models'] as const) {
    for (let i = 0; i < Math.max(one[what].length, other[what].length); i++) {
      const [a, b] = [one[what][i], other[what][i]]
      if (JSON.stringify(a) === JSON.stringify(b)) continue
      const { id = '' } = (a ?? b) as { id?: string }
      return { what, id, one: a, other: b }
    }
  }
  return undefined
}

function stateDiffers(one: SimulationResult, other: SimulationResult): Found | undefined {
  for (const [path, digest] of Object.entries(one.state.parts)) {
    if (other.state.parts[path] !== digest)
      return { what: `state ${path}`, id: '', one: digest, other: other.state.parts[path] }
  }
  return undefined
}

function placeOf(
  harness: StreamHarness,
  timed: readonly TimedRecord[],
  id: string,
): Pick<StreamDifference, 'position' | 'input'> {
  const { graph } = harness
  const input = graph.events[graph.label.events].input
  const { key, fields, name } = graph.inputs[input]
  const position = timed.findIndex(
    (one) =>
      one.input === input &&
      id !== '' &&
      String((one.record as Record<string, unknown> | null)?.[fields[key].name]) === id,
  )
  return { position, input: position < 0 ? '' : name }
}

async function timedRecords<N>(
  harness: StreamHarness,
  records: Simulated<N> | History,
  { arrivals, limit = LIMIT }: CheckOptions<N>,
): Promise<TimedRecord[]> {
  if (!isHistory(records)) return harness.timed(records, arrivals).slice(0, limit)
  const timed: TimedRecord[] = []
  for await (const given of records) {
    for (const record of recordsOf(given)) timed.push(harness.timedOf(record))
    if (timed.length >= limit) break
  }
  return timed.slice(0, limit)
}

function isHistory(records: object): records is History {
  return Symbol.iterator in records || Symbol.asyncIterator in records
}
