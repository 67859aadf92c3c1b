/**
 * The learners alone: nanoseconds of CPU to predict and learn a row of Elec2 (eight numbers), cycled to 500,000 rows, and
 * what a value costs ADWIN. `npm run bench:learners -- --date <day>`
 */
import { join } from 'node:path'
import { adwin } from '../src/drift/adwin.ts'
import { gaussianNaiveBayes, logisticRegression, pipeline } from '../src/learners/index.ts'
import type { Learner } from '../src/learners/learner.ts'
import { rowSchema } from '../src/transforms/row-schema.ts'
import { standardScaler } from '../src/transforms/standard-scaler.ts'
import { benchArguments } from './bench-arguments.ts'
import { electricityRows } from './electricity-rows.ts'
import { expectEqual } from './expect-equal.ts'
import { type BenchCase, type FigurePlan, runBench } from './run-bench.ts'

const ROWS = 500_000
const WIDTH = 8
const SGD = logisticRegression({ optimizer: 'sgd' })

/** Each learner, and how many of its predictions are right (exactly 0.5 counts as false). */
const learners: Readonly<Record<string, readonly [learner: Learner, right: number]>> = {
  'logistic regression, SGD': [SGD, 375_167],
  'logistic regression, AdaGrad': [logisticRegression(), 337_694],
  'scaler, then logistic regression, SGD': [pipeline(standardScaler({ learn: 'on-arrival' }), SGD), 411_608],
  'Gaussian naive Bayes': [gaussianNaiveBayes(), 364_261],
}
const SIGNALS = 532 // of ADWIN, over the errors of the third of them

const elec2 = electricityRows(join(import.meta.dirname, '../test/data/elec2.csv.gz'))
const values = Float64Array.from(elec2.flatMap((row) => row.values))
const labels = Uint8Array.from(elec2, ({ up }) => (up ? 1 : 0))
const schema = rowSchema(Array.from({ length: WIDTH }, (_, i) => ({ name: `x${i}`, kind: 'number', size: 1 })))
const errors = new Uint8Array(ROWS)
prequential(learners['scaler, then logistic regression, SGD'][0], errors)
const unused = new Uint8Array(ROWS)

const { settings, date } = benchArguments({ rounds: 9 })
const cases = Object.entries(learners).map(([name, [learner, right]]): [string, BenchCase<number>] => [
  name,
  {
    run: () => prequential(learner, unused),
    check: (output) => expectEqual(`right predictions of ${name}`, output, right),
  },
])
await runBench<Record<string, number>>({
  name: 'learners',
  about: 'learners alone, Elec2 (8 numbers a row) cycled to 500,000 rows: predict, then learn',
  date,
  settings,
  warmUps: 2,
  checked: ['the number of right predictions of each; of the scaler with logistic regression it is 0.823216 of all'],
  notes: ['Peers on the same rows come with a bench of their own.'],
  cases: {
    ...Object.fromEntries(cases),
    ADWIN: { run: detect, check: (output) => expectEqual('signals of ADWIN', output, SIGNALS) },
  },
  figures: [...Object.keys(learners), 'ADWIN'].map(
    (what): FigurePlan<Record<string, number>> => ({
      what: what === 'ADWIN' ? 'ADWIN, a value' : `${what}, a row`,
      unit: 'ns of CPU',
      headline: true,
      of: (round) => (round[what].cpuSeconds * 1e9) / ROWS,
    }),
  ),
})

/** Predicts each row, then learns it; gives how many predictions were right, and which were not. */
function prequential(learner: Learner, wrong: Uint8Array): number {
  const running = learner.build(schema, { problem: 'binary', classes: 2 })
  const arrive = running.arrive?.bind(running)
  const out = new Float64Array(2)
  let right = 0
  for (let i = 0, row = 0; i < ROWS; i++) {
    arrive?.(values, row * WIDTH)
    running.predictThenLearn(values, row * WIDTH, labels[row], 1, out, 0)
    const isRight = out[1] > 0.5 === (labels[row] === 1)
    wrong[i] = isRight ? 0 : 1
    if (isRight) right++
    if (++row === labels.length) row = 0
  }
  return right
}

/** How often ADWIN signals over the errors of a learner. */
function detect(): number {
  const running = adwin().build()
  let signals = 0
  for (let i = 0; i < ROWS; i++) if (running.update(errors[i]) !== 0) signals++
  return signals
}
