/**
 * `flight-delay` through codec, journal and snapshots on the embedded log, exactly once, each commit synced to the disk,
 * beside the backtest of the same events and a copy of the same records through the same log with the same commits.
 * `npm run bench:embedded -- --date <day>`
 */
import { writeFileSync } from 'node:fs'
import { Backlog } from './backlog.ts'
import { benchArguments } from './bench-arguments.ts'
import type { CopyPlan } from './copy-program.ts'
import { expectEqual } from './expect-equal.ts'
import type { FlightBacktest } from './flight-backtest.ts'
import { flightHistory } from './flight-history.ts'
import { readPredictions } from './read-predictions.ts'
import { type Round, runBench } from './run-bench.ts'
import { runChild } from './run-child.ts'
import type { TaskProgram } from './task-program.ts'

interface Outputs {
  readonly backtest: FlightBacktest
  readonly embedded: TaskProgram
  readonly copy: { readonly copied: number }
}

const { settings, date } = benchArguments({ rounds: 3, events: 1_000_000 })
const { events } = settings
const backlog = new Backlog('flight-delay')
await backlog.fill(events, flightHistory(events))
const expected = await runChild<FlightBacktest>('flight-backtest.ts', ['no-retraining', String(events)])
const { commits } = await embedded()
const plan: CopyPlan = { topics: ['flights.arrivals', 'flights.departures'], commits }
writeFileSync(backlog.folder('plan.json'), JSON.stringify(plan))

await runBench<Outputs>({
  name: 'embedded',
  about: `flight-delay over ${events / 1e6}M events on the embedded log, exactly once, durability power; whole processes`,
  date,
  settings,
  warmUps: 1,
  checked: [
    'one prediction for each departure, their sequence numbers without gap or repeat',
    'models bit for bit as in the backtest of the same events',
    'as many records copied as there are',
  ],
  notes: [
    'Without retraining: a retrained model enters a backtest at once, and a task when its job has ended.',
    'The inputs are in the log before the clock starts; the copy commits at the same records as the task did in a run before.',
    'The backtest reads and decodes the Parquet file; the task reads and decodes Avro from the log.',
  ],
  cases: {
    backtest: {
      run: () => runChild('flight-backtest.ts', ['no-retraining', String(events)]),
      check: ({ digest }) => expectEqual('the model', digest, expected.digest),
    },
    embedded: { prepare: () => void backlog.copy('run'), run: embeddedRun, check: checkEmbedded },
    copy: {
      prepare: () => void backlog.copy('copy'),
      run: () => runChild('copy-program.ts', [backlog.folder('copy'), backlog.folder('plan.json')]),
      check: ({ copied }) => expectEqual('the number of records copied', copied, events),
    },
  },
  figures: [
    {
      what: 'embedded over 1 / (1 / backtest + 1 / copy), by CPU',
      unit: '',
      of: (round) => ratio(round, 'cpuSeconds'),
      bar: { atLeast: 0.7 },
    },
    {
      what: 'embedded over 1 / (1 / backtest + 1 / copy), by the clock',
      unit: '',
      of: (round) => ratio(round, 'wallSeconds'),
    },
    {
      what: 'embedded',
      headline: true,
      unit: 'events per CPU-second',
      of: (round) => events / round.embedded.cpuSeconds,
    },
    { what: 'embedded', unit: 'events per second', of: (round) => events / round.embedded.wallSeconds },
    { what: 'backtest', unit: 'events per CPU-second', of: (round) => events / round.backtest.cpuSeconds },
    { what: 'copy', unit: 'records per CPU-second', of: (round) => events / round.copy.cpuSeconds },
    {
      what: 'pause for a snapshot, longest',
      unit: 'ms',
      of: ({ embedded: { output } }) => Math.max(...output.snapshots.map(({ pauseMs }) => pauseMs)),
    },
  ],
})

function embeddedRun(): Promise<TaskProgram> {
  return runChild('task-program.ts', ['flight-delay', backlog.folder('run'), String(events)])
}

/** A run outside of all rounds, for where its commits lie. */
async function embedded(): Promise<TaskProgram> {
  backlog.copy('run')
  const output = await embeddedRun()
  await checkEmbedded(output)
  return output
}

async function checkEmbedded({ rows, predictions, learned, digest }: TaskProgram): Promise<void> {
  expectEqual(
    'what was counted',
    { rows, predictions, learned },
    { rows: events, predictions: expected.predictions, learned: expected.learned },
  )
  expectEqual('the model', digest, expected.digest)
  const seen = new Uint8Array(predictions)
  const stored = await readPredictions(backlog.folder('run'), 'flight-delay', ({ sequence }) => seen[sequence]++)
  expectEqual('the number of predictions in the topic', stored, predictions)
  expectEqual('the first sequence number that is missing', seen.indexOf(0), -1)
}

/** Time that backtest and copy take together, over the time of the embedded run. */
function ratio({ backtest, copy, embedded: run }: Round<Outputs>, time: 'cpuSeconds' | 'wallSeconds'): number {
  return (backtest[time] + copy[time]) / run[time]
}
