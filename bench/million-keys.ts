/**
 * A stream with a million keys, and one with a million rows that wait for labels, of which 1 % is touched a second: how
 * long a snapshot holds the task up, what snapshots cost in all, and how soon a killed task predicts again.
 * `npm run bench:million-keys -- --date <day>`
 */
import { Backlog } from './backlog.ts'
import { benchArguments } from './bench-arguments.ts'
import { expectEqual } from './expect-equal.ts'
import { readPredictions } from './read-predictions.ts'
import { type BenchCase, type FigurePlan, type Round, runBench } from './run-bench.ts'
import { runChild, runChildUntil } from './run-child.ts'
import type { TaskProgram } from './task-program.ts'

const FULL = 2_000_000 // from this row on the state has held its million for a while, and a snapshot has all of it

interface Outputs {
  readonly keysOn: TaskProgram
  readonly keysOff: TaskProgram
  readonly keysStart: number
  readonly pendingOn: TaskProgram
  readonly pendingOff: TaskProgram
  readonly pendingStart: number
}

const { settings, date } = benchArguments({ rounds: 3, rows: 6_000_000 })
const { rows } = settings
const backlogs = { keys: new Backlog('million-keys'), pending: new Backlog('million-pending') }
await backlogs.keys.fill(rows)
await backlogs.pending.fill(rows)
const digests = new Map<Backlog, string>()
let kills = 0

await runBench<Outputs>({
  name: 'million-keys',
  about: 'a million keys, or a million rows that wait for labels; 1 % touched a second; embedded log, durability power',
  date,
  settings,
  warmUps: 0,
  checked: [
    'a million keys, or waiting rows, at the end',
    'the same models with snapshots and without, in every round',
    'after kill -9 and a new start: sequence numbers of predictions without gap or repeat',
  ],
  notes: [
    'A backlog, taken as fast as the task can: each 250,000 rows of it touch 10,000 keys or waiting rows, so a task that takes more in a second has more touched.',
    'Measured from row 2M on: the million is full at row 1M. Snapshots are taken when they are due by default: after 2 s of CPU time, or sooner where 96 MB have changed.',
    'A start is timed from the creation of the process to the commit of its first prediction, after a kill at another row each time.',
  ],
  cases: {
    keysOff: taskCase(backlogs.keys, 'off'),
    keysOn: taskCase(backlogs.keys, 'on'),
    keysStart: startCase(backlogs.keys),
    pendingOff: taskCase(backlogs.pending, 'off'),
    pendingOn: taskCase(backlogs.pending, 'on'),
    pendingStart: startCase(backlogs.pending),
  },
  figures: [
    ...figuresOf('keys', 'keysOn', 'keysOff', 'keysStart'),
    ...figuresOf('waiting rows', 'pendingOn', 'pendingOff', 'pendingStart'),
  ],
})

function taskCase(backlog: Backlog, snapshots: 'on' | 'off'): BenchCase<TaskProgram> {
  return {
    prepare: () => void backlog.copy('run'),
    run: () =>
      runChild('task-program.ts', [backlog.stream, backlog.folder('run'), String(rows), String(FULL), snapshots]),
    check: (output) => {
      expectEqual('the number of rows', output.rows, rows)
      expectEqual('what the state holds a million of', Math.max(output.waiting, ...output.keys), 1_000_000)
      expectEqual('the model', output.digest, digests.get(backlog) ?? output.digest)
      digests.set(backlog, output.digest)
      backlog.drop('run')
    },
  }
}

/** A task that is killed at some row, then started again. */
function startCase(backlog: Backlog): BenchCase<number> {
  const program = [backlog.stream, backlog.folder('start'), String(rows)]
  return {
    prepare: async () => {
      backlog.copy('start')
      const killAt = FULL + (0.3 + 0.17 * (kills++ % 4)) * (rows - FULL)
      await runChildUntil('task-program.ts', program, (line) => Number(line.split(' ')[1]) >= killAt)
    },
    run: () => runChildUntil('task-program.ts', program, (line) => line === 'first'),
    check: async () => {
      const seen = new Uint8Array(rows)
      const count = await readPredictions(backlog.folder('start'), backlog.stream, ({ sequence }) => seen[sequence]++)
      for (let i = 0; i < rows; i++)
        if (seen[i] !== (i < count ? 1 : 0)) throw new Error(`prediction ${i} is there ${seen[i]} times`)
      backlog.drop('start')
    },
  }
}

function figuresOf(
  what: string,
  on: 'keysOn' | 'pendingOn',
  off: 'keysOff' | 'pendingOff',
  start: 'keysStart' | 'pendingStart',
): FigurePlan<Outputs>[] {
  const pauses = (round: Round<Outputs>): number =>
    Math.max(...round[on].output.snapshots.map(({ pauseMs }) => pauseMs))
  const perSecond = ({ output }: Round<Outputs>[typeof on]): number => output.measuredRows / output.wallSeconds
  const perCpu = ({ output }: Round<Outputs>[typeof on]): number => output.measuredRows / output.cpuSeconds
  return [
    { what: `1M ${what}: longest pause for a snapshot`, unit: 'ms', of: pauses, bar: { atMost: 50 } },
    {
      what: `1M ${what}: longest pause until then`,
      unit: 'ms',
      of: (round) => Math.max(0, ...round[on].output.earlierSnapshots.map(({ pauseMs }) => pauseMs)),
    },
    {
      what: `1M ${what}: throughput over that without snapshots`,
      unit: '',
      of: (round) => perSecond(round[on]) / perSecond(round[off]),
      bar: { atLeast: 0.9 },
    },
    {
      what: `1M ${what}: the same by CPU`,
      unit: '',
      of: (round) => perCpu(round[on]) / perCpu(round[off]),
      bar: { atLeast: 0.9 },
    },
    { what: `1M ${what}: with snapshots`, unit: 'rows per second', of: (round) => perSecond(round[on]) },
    {
      what: `1M ${what}: a snapshot copies`,
      unit: 'MB',
      of: (round) => round[on].output.snapshots.map(({ bytes }) => bytes / 1e6),
    },
    {
      what: `1M ${what}: from start to first new prediction`,
      unit: 's',
      of: (round) => round[start].output / 1000,
      bar: { atMost: 5 },
    },
  ]
}
