/**
 * The learners alone: nanoseconds of CPU to predict and learn a row of Elec2 (eight numbers), cycled to 500,000 rows, what
 * a value costs ADWIN, and trees against those of MOA and River, which are installed under .cache at the first run.
 * `npm run bench:learners -- --date <day>`
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
import { moa } from './peers/moa.ts'
import { electricityPeerRows, friedmanPeerRows } from './peers/peer-run.ts'
import { type Race, race } from './peers/race.ts'
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
}

const elec2Rows = electricityPeerRows()
const friedmanRows = friedmanPeerRows()

/** Trees and ensembles against the same of MOA and River: Elec2 (a regressor: Friedman), cycled where that many rows are asked for. */
const races: readonly Race[] = [
  {
    name: 'Hoeffding tree',
    data: elec2Rows,
    ours: { algorithm: 'hoeffding-tree', rows: 906_240, score: 757_318 },
    moa: { learner: 'trees.HoeffdingTree', rows: 906_240, score: 757_375 },
    river: { learner: 'tree.HoeffdingTreeClassifier()', rows: 45_312, score: 36_171 },
    bars: { moaCpu: 6, moaWall: 4, riverCpu: 100 },
  },
  {
    name: 'Hoeffding adaptive tree',
    data: elec2Rows,
    ours: { algorithm: 'hoeffding-adaptive-tree', rows: 906_240, score: 753_386 },
    moa: { learner: 'trees.HoeffdingAdaptiveTree', rows: 906_240, score: 750_264 },
    river: { learner: 'tree.HoeffdingAdaptiveTreeClassifier(seed=1)', rows: 45_312, score: 37_648 },
    bars: { moaCpu: 4, moaWall: 4 },
  },
  {
    name: 'Extremely fast decision tree',
    data: elec2Rows,
    ours: { algorithm: 'extremely-fast-decision-tree', rows: 906_240, score: 750_260 },
    moa: { learner: 'trees.EFDT', rows: 906_240, score: 746_566 },
    bars: { moaCpu: 4, moaWall: 4 },
  },
  {
    name: 'Adaptive random forest',
    data: elec2Rows,
    ours: { algorithm: 'adaptive-random-forest', rows: 90_624, score: 82_143 },
    moa: { learner: 'meta.AdaptiveRandomForest -s 10', rows: 90_624, score: 80_890 },
    river: { learner: 'forest.ARFClassifier(seed=1)', rows: 5_000, score: 4_537 },
    bars: { moaCpu: 15, moaWall: 15, riverCpu: 90 },
  },
  {
    name: 'Hoeffding tree regressor',
    data: friedmanRows,
    ours: { algorithm: 'hoeffding-tree-regressor', rows: 500_000, score: 629_830 },
    moa: { learner: 'trees.FIMTDD', rows: 200_000, score: 307_170 },
    river: { learner: 'tree.HoeffdingTreeRegressor()', rows: 20_000, score: 36_567 },
    bars: { moaCpu: 4, moaWall: 4 },
  },
]
const SIGNALS = 532 // of ADWIN, over the errors of the third of them

const elec2 = electricityRows(join(import.meta.dirname, '../test/data/elec2.csv.gz'))
const values = Float64Array.from(elec2.flatMap((row) => row.values))
const labels = Uint8Array.from(elec2, ({ up }) => (up ? 1 : 0))
const schema = rowSchema(Array.from({ length: WIDTH }, (_, i) => ({ name: `x${i}`, kind: 'number', size: 1 })))
const errors = new Uint8Array(ROWS)
prequential(learners['scaler, then logistic regression, SGD'][0], errors)
const unused = new Uint8Array(ROWS)

const { settings, date } = benchArguments({ rounds: 5 })
moa.install()
river.install()
const raced = races.map(race)
const cases = Object.entries(learners).map(([name, [learner, right]]): [string, BenchCase<number>] => [
  name,
  {
    run: () => prequential(learner, unused),
    check: (output) => expectEqual(`right predictions of ${name}`, output, right),
  },
])
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
  ],
  cases: {
    ...Object.fromEntries(cases),
    ADWIN: { run: detect, check: (output) => expectEqual('signals of ADWIN', output, SIGNALS) },
    ...Object.assign({}, ...raced.map(({ cases }) => cases)),
  },
  figures: [
    ...[...Object.keys(learners), 'ADWIN'].map(
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
