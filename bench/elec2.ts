/**
 * Logistic regression on Elec2 cycled to 500,000 rows, one record in, one prediction out, exactly once on the embedded
 * log: Welford standardisation, then stochastic gradient descent 0.01 on log loss; each row is predicted, then learned.
 * `npm run bench:elec2 -- --date <day>`
 */
import { join } from 'node:path'
import { Backlog } from './backlog.ts'
import { benchArguments } from './bench-arguments.ts'
import { electricityRows } from './electricity-rows.ts'
import { expectEqual } from './expect-equal.ts'
import { readPredictions } from './read-predictions.ts'
import { runBench } from './run-bench.ts'
import { runChild } from './run-child.ts'
import type { TaskProgram } from './task-program.ts'

const ROWS = 500_000
const ACCURACY = 0.823216 // three independent implementations agree on all of its digits
const labels = electricityRows(join(import.meta.dirname, '../test/data/elec2.csv.gz')).map(({ up }) => up)

const { settings, date } = benchArguments({ rounds: 5 })
const backlog = new Backlog('elec2')
await backlog.fill(ROWS)

await runBench<{ elec2: TaskProgram }>({
  name: 'elec2',
  about:
    'logistic regression on Elec2 cycled to 500,000 rows, 1 in, 1 out, embedded log, exactly once, durability power',
  date,
  settings,
  warmUps: 1,
  checked: ['500,000 predictions in the topic, in order, of which 0.823216 are right (exactly 0.5 counts as false)'],
  notes: ['The rows are in the log before the clock starts. Compilation is within: it counts as CPU of the process.'],
  cases: {
    elec2: {
      prepare: () => void backlog.copy('run'),
      run: () => runChild('task-program.ts', ['elec2', backlog.folder('run'), String(ROWS)]),
      check: async ({ rows, predictions, learned, accuracy }) => {
        expectEqual(
          'what was counted',
          { rows, predictions, learned },
          { rows: ROWS, predictions: ROWS, learned: ROWS },
        )
        expectEqual('the accuracy', accuracy, ACCURACY)
        expectEqual('the accuracy of the predictions in the topic', await storedAccuracy(), ACCURACY)
      },
    },
  },
  figures: [
    {
      what: 'from the start of the task to its last commit',
      unit: 'rows per CPU-second',
      of: ({ elec2 }) => ROWS / elec2.output.cpuSeconds,
      bar: { atLeast: 150_000 },
    },
    { what: 'the whole process', unit: 'rows per CPU-second', of: ({ elec2 }) => ROWS / elec2.cpuSeconds },
    {
      what: 'from the start of the task to its last commit',
      unit: 'rows per second',
      of: ({ elec2 }) => ROWS / elec2.output.wallSeconds,
    },
    { what: 'accuracy', headline: true, unit: '', of: ({ elec2 }) => elec2.output.accuracy },
  ],
})

async function storedAccuracy(): Promise<number> {
  let right = 0
  let next = 0
  const stored = await readPredictions(backlog.folder('run'), 'elec2', ({ id, prediction, sequence }) => {
    if (sequence !== next || Number(id) !== next)
      throw new Error(`prediction ${sequence} of row ${id} is where ${next} belongs`)
    if (prediction > 0.5 === labels[next % labels.length]) right++
    next++
  })
  return right / stored
}
