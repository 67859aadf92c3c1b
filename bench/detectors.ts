/**
 * The change detectors: nanoseconds of CPU a value, over the errors of a model on Elec2 cycled to 500,000 rows; then how
 * often they are wrong and how late they are, over seeded streams of errors, which docs/drift-detectors.md shows.
 * `npm run bench:detectors -- --date <day>`
 */
import { join } from 'node:path'
import * as drift from '../src/drift/index.ts'
import type { Detector } from '../src/drift/index.ts'
import { logisticRegression, pipeline } from '../src/learners/index.ts'
import { rowSchema } from '../src/transforms/row-schema.ts'
import { standardScaler } from '../src/transforms/standard-scaler.ts'
import { benchArguments } from './bench-arguments.ts'
import { type Figure, readBenchResults, writeBenchResult } from './bench-result.ts'
import { type DetectorQuality, type DriftKind, detectorQuality, driftKinds, type Quality } from './detector-quality.ts'
import { electricityRows } from './electricity-rows.ts'
import { expectEqual } from './expect-equal.ts'
import { type FigurePlan, runBench } from './run-bench.ts'

const ROWS = 500_000
const WIDTH = 8

/** Each detector, and how often it signals over those errors. */
const detectors: readonly (readonly [Detector, number])[] = [
  [drift.adwin(), 532],
  [drift.cusum(), 141],
  [drift.ddm(), 1_421],
  [drift.ecdd(), 4_017],
  [drift.eddm(), 2_505],
  [drift.fhddm(), 733],
  [drift.geometricMovingAverage(), 311],
  [drift.hddmA(), 2_069],
  [drift.hddmW(), 1_476],
  [drift.kswin(), 1_483],
  [drift.pageHinkley(), 327],
  [drift.rddm(), 1_351],
]

const { settings, date } = benchArguments({ rounds: 9, runs: 200 })
const errors = errorsOfElec2()
await speed()
if (date !== undefined) keepQuality(date)

async function speed(): Promise<void> {
  const nanoseconds = (seconds: number): number => (seconds * 1e9) / ROWS
  const fast = detectors.filter(([{ algorithm }]) => algorithm !== 'kswin').map(([{ algorithm }]) => algorithm)
  await runBench<Record<string, number>>({
    name: 'detectors',
    about: 'change detectors alone, over the errors of a logistic regression on Elec2 cycled to 500,000 rows',
    date,
    settings,
    warmUps: 2,
    checked: ['the number of signals of each'],
    notes: ['KSWIN, which compares two samples at every value, has no bar.'],
    cases: Object.fromEntries(
      detectors.map(([detector, signals]) => [
        detector.algorithm,
        {
          run: () => detect(detector),
          check: (found: number) => expectEqual(`signals of ${detector.algorithm}`, found, signals),
        },
      ]),
    ),
    figures: [
      ...detectors.map(
        ([{ algorithm }]): FigurePlan<Record<string, number>> => ({
          what: `${algorithm}, a value`,
          unit: 'ns of CPU',
          of: (round) => nanoseconds(round[algorithm].cpuSeconds),
        }),
      ),
      {
        what: 'the slowest detector but KSWIN, a value',
        unit: 'ns of CPU',
        bar: { atMost: 50 },
        of: (round) => Math.max(...fast.map((name) => nanoseconds(round[name].cpuSeconds))),
      },
    ],
  })
}

function detect(detector: Detector): number {
  const running = detector.build()
  let signals = 0
  for (let i = 0; i < ROWS; i++) if (running.update(errors[i]) > 1) signals++
  return signals
}

function errorsOfElec2(): Uint8Array {
  const elec2 = electricityRows(join(import.meta.dirname, '../test/data/elec2.csv.gz'))
  const schema = rowSchema(Array.from({ length: WIDTH }, (_, i) => ({ name: `x${i}`, kind: 'number', size: 1 })))
  const learner = pipeline(standardScaler(), logisticRegression({ optimizer: 'sgd' }))
  const running = learner.build(schema, { problem: 'binary', classes: 2 })
  const out = new Float64Array(2)
  return Uint8Array.from({ length: ROWS }, (_, i) => {
    const { values, up } = elec2[i % elec2.length]
    running.predictThenLearn(Float64Array.from(values), 0, up ? 1 : 0, 1, out, 0)
    return out[1] > 0.5 === up ? 0 : 1
  })
}

/** The quality beside the speed that was just kept, on the same day and machine. */
function keepQuality(day: string): void {
  const kept = readBenchResults().find(({ name }) => name === 'detectors')
  if (kept === undefined) throw new Error('the speed of the detectors was not kept')
  const qualities = detectorQuality(settings.runs, (name) => process.stderr.write(`detectors: quality of ${name}\n`))
  const { always, never } = Object.fromEntries(qualities.map((one) => [one.name, one.byDefault]))
  expectEqual('delay of alarms at every row', always.delays.slow, 1)
  expectEqual('share missed without alarms', never.misses.slow, 1)
  writeBenchResult({
    ...kept,
    name: 'detector-quality',
    about: 'change detectors over seeded streams of errors whose rate rises from 0.2 to 0.3',
    date: day,
    rounds: 1,
    settings: { runs: settings.runs },
    checked: ['alarms at every row come at once and alarms never not at all'],
    notes: ['The figures are the same on every machine.'],
    figures: qualities.flatMap(figuresOf),
  })
}

function figuresOf({ name, bytes, still, changeOff, byDefault, equal }: DetectorQuality): Figure[] {
  return [
    figure(`${name}, state`, 'bytes', bytes),
    ...(Number.isFinite(changeOff) ? [figure(`${name}, change off by`, 'rows', changeOff)] : []),
    ...[0.02, 0.2, 0.5].map((rate, i) => figure(`${name}, false alarms at ${rate}`, 'per million rows', still[i])),
    ...figuresOfQuality(`${name} by default`, byDefault),
    ...(equal === undefined ? [] : figuresOfQuality(`${name} at equal rate`, equal)),
  ]
}

function figuresOfQuality(name: string, { falseAlarms, delays, misses }: Quality): Figure[] {
  const kinds = Object.keys(driftKinds) as DriftKind[]
  return [
    figure(`${name}, false alarms`, 'per million rows', falseAlarms),
    ...kinds.flatMap((kind) => [
      ...(Number.isFinite(delays[kind]) ? [figure(`${name}, ${kind}, delay`, 'rows', delays[kind])] : []),
      figure(`${name}, ${kind}, missed`, '', misses[kind]),
    ]),
  ]
}

function figure(what: string, unit: string, value: number): Figure {
  return { what, unit, median: value, least: value, most: value }
}
