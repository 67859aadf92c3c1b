/**
 * The learners alone: nanoseconds of CPU to predict and learn a row of Elec2 (eight numbers), cycled to 500,000 rows, what
 * a value costs ADWIN, and trees against those of MOA and River, which are installed under .cache at the first run.
 * `npm run bench:learners -- --date <day>`; `--only <part of a name>` runs some of the races, and keeps nothing.
 */
import { join } from 'node:path'
import { adwin } from '../src/drift/adwin.ts'
import {
  adaptiveConformalSets,
  bernoulliNaiveBayes,
  betaCalibration,
  complementNaiveBayes,
  gaussianNaiveBayes,
  isotonicCalibration,
  logisticRegression,
  multinomialNaiveBayes,
  pipeline,
  plattScaling,
} from '../src/learners/index.ts'
import type { Learner } from '../src/learners/learner.ts'
import { rowSchema } from '../src/transforms/row-schema.ts'
import { standardScaler } from '../src/transforms/standard-scaler.ts'
import { benchArguments } from './bench-arguments.ts'
import { electricityRows } from './electricity-rows.ts'
import { expectEqual } from './expect-equal.ts'
import { learnerRaces } from './learner-races.ts'
import { moa } from './peers/moa.ts'
import { race } from './peers/race.ts'
import { river } from './peers/river.ts'
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
  'Multinomial naive Bayes': [multinomialNaiveBayes(), 290_598],
  'Complement naive Bayes': [complementNaiveBayes(), 298_459],
  'Bernoulli naive Bayes': [bernoulliNaiveBayes({ threshold: 0.5 }), 316_129],
  'Platt scaling, around Gaussian naive Bayes': [plattScaling(gaussianNaiveBayes()), 367_409],
  'Beta calibration, around Gaussian naive Bayes': [betaCalibration(gaussianNaiveBayes()), 367_825],
  'Isotonic calibration, around Gaussian naive Bayes': [isotonicCalibration(gaussianNaiveBayes()), 372_945],
  'Adaptive conformal sets, around Gaussian naive Bayes': [adaptiveConformalSets(gaussianNaiveBayes()), 364_261],
}

const SIGNALS = 532 // of ADWIN, over the errors of the third of them

const elec2 = electricityRows(join(import.meta.dirname, '../test/data/elec2.csv.gz'))
const values = Float64Array.from(elec2.flatMap((row) => row.values))
const labels = Uint8Array.from(elec2, ({ up }) => (up ? 1 : 0))
const schema = rowSchema(Array.from({ length: WIDTH }, (_, i) => ({ name: `x${i}`, kind: 'number', size: 1 })))
const errors = new Uint8Array(ROWS)
prequential(learners['scaler, then logistic regression, SGD'][0], errors)
const unused = new Uint8Array(ROWS)

const { settings, date, texts } = benchArguments({ rounds: 5 }, ['only'])
const { only } = texts
if (only !== undefined && date !== undefined)
  throw new Error('--only: a part of the figures is not kept, leave --date out')
moa.install()
river.install()
const raced = learnerRaces.filter(({ name }) => name.toLowerCase().includes(only ?? '')).map(race)
const cases = Object.entries(only === undefined ? learners : {}).map(
  ([name, [learner, right]]): [string, BenchCase<number>] => [
    name,
    {
      run: () => prequential(learner, unused),
      check: (output) => expectEqual(`right predictions of ${name}`, output, right),
    },
  ],
)
await runBench<Record<string, unknown>>({
  name: 'learners',
  about: 'learners alone, Elec2 (8 numbers a row) cycled: predict, then learn',
  date,
  settings,
  warmUps: 1,
  checked: [
    'the number of right predictions of each; of the scaler with logistic regression it is 0.823216 of all',
    'the number of right predictions of each side of a race, of a regressor the sum of absolute errors',
  ],
  notes: [
    `Peers: MOA ${moa.version}, River ${river.version}. All run in processes of their own, after a pass with a model that is thrown away; CPU is that of the whole process.`,
    'River learns fewer rows, for it would take minutes else; trees that have learned more are larger, so its rate flatters it.',
    'Against MOA a forest has random numbers of its own for each tree; MOA seeds all alike.',
    "Of MOA's boosted trees the garbage collections that they ask for every thousand rows are left out; they predict on all cores.",
  ],
  cases: {
    ...Object.fromEntries(cases),
    ...(only === undefined
      ? { ADWIN: { run: detect, check: (output: unknown) => expectEqual('signals of ADWIN', output, SIGNALS) } }
      : {}),
    ...Object.assign({}, ...raced.map(({ cases }) => cases)),
  },
  figures: [
    ...(only === undefined ? [...Object.keys(learners), 'ADWIN'] : []).map(
      (what): FigurePlan<Record<string, unknown>> => ({
        what: what === 'ADWIN' ? 'ADWIN, a value' : `${what}, a row`,
        unit: 'ns of CPU',
        headline: true,
        of: (round) => (round[what].cpuSeconds * 1e9) / ROWS,
      }),
    ),
    ...raced.flatMap(({ figures }) => figures as FigurePlan<Record<string, unknown>>[]),
  ],
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
