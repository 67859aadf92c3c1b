/**
 * The gate under the null and under real differences, by simulation: no speeds. `npm run bench:gate-null -- --date <day>`
 *
 * Null: two different models of equal expected 0/1 loss that disagree on a share q of the rows, 400 streams of 20,000;
 * which of them is right on those is independent from row to row, or stays with one of them for runs, or the whole
 * difference stays in runs. At level 0.05 at most 28 of 400 promotions are allowed (0.05 and two standard errors).
 * Power: challengers that are better, and the loop after a flip of the concept with the label delay of real flights.
 */
import { PairedGate } from '../src/evaluate/paired-gate.ts'
import { exp } from '../src/stats/math/exp.ts'
import { SeededRandom } from '../src/stats/seeded-random.ts'
import { benchArguments } from './bench-arguments.ts'
import { expectEqual } from './expect-equal.ts'
import { runBench } from './run-bench.ts'

const POWER_ROWS = 50_000
const FLIPS = 40
const FLIP_ROWS = 100_000
const DAY = 17_000
const BIRTH = 9_500 // 5,000 labels of rows after the flip, and the time to train on them
const DELAYED = 100 // streams with the label delay of flights

const { settings, date } = benchArguments({ rounds: 1, streams: 400, rows: 20_000 })
const { streams, rows } = settings

type Source = (random: SeededRandom) => () => number

const signRuns =
  (q: number, run: number, gain = 0): Source =>
  (random) => {
    let sign = 0
    return () => {
      if (sign === 0 || random.next() * run < 1) sign = random.next() < 0.5 + gain / (2 * q) ? 1 : -1
      return random.next() < q ? sign : 0
    }
  }

const lossRuns =
  (q: number, run: number): Source =>
  (random) => {
    let difference = NaN
    return () => {
      if (Number.isNaN(difference) || random.next() * run < 1) {
        difference = random.next() < q ? (random.next() < 0.5 ? 1 : -1) : 0
      }
      return difference
    }
  }

/** Labels to promotion, or NaN when there was none. */
function promotion(source: Source, seed: number, count: number): number {
  const random = new SeededRandom(seed)
  const next = source(random)
  const gate = new PairedGate()
  gate.begin(0, 0.05)
  for (let row = 0; row < count; row++) {
    gate.predicted(row)
    if (gate.settled(row, next())) return row + 1
  }
  return NaN
}

function promotions(source: Source, count: number): number[] {
  const found: number[] = []
  for (let seed = 1; seed <= streams; seed++) {
    const at = promotion(source, seed, count)
    if (!Number.isNaN(at)) found.push(at)
  }
  return found
}

/**
 * Rows from the flip to the promotion. 30 % of the rows are inverted; labels come after 1,800 rows at the median and
 * 5,700 at the 99th percentile; the difference of the losses moves with the hour of the day by half of itself.
 */
function promotionAfterFlip(meanDifference: number, seed: number): number {
  const random = new SeededRandom(seed)
  const arrivals = flightArrivals(random, FLIP_ROWS)
  const gate = new PairedGate()
  gate.begin(BIRTH, 0.05)
  return firstPass(gate, arrivals, (row) => {
    const hour = (row % DAY) / DAY < 0.5 ? 1.5 : 0.5
    const inverted = random.next() < 0.3
    const mean = meanDifference * hour * (inverted ? 3.6 : -0.114)
    return mean + (inverted ? 0.8 : 0.3) * random.normal()
  })
}

/**
 * Promotions of two models of equal loss over 100,000 rows whose labels come as those of real flights, while part of the
 * difference is shared by runs of neighbours, as weather is.
 */
function delayedNull(run: number): number {
  let count = 0
  for (let seed = 1; seed <= DELAYED; seed++) {
    const random = new SeededRandom(seed)
    const arrivals = flightArrivals(random, FLIP_ROWS)
    let shared = random.normal()
    const differences = Float64Array.from({ length: FLIP_ROWS }, () => {
      if (random.next() * run < 1) shared = random.normal()
      return 0.12 * random.normal() + 0.03 * shared
    })
    const gate = new PairedGate()
    gate.begin(0, 0.05)
    if (Number.isFinite(firstPass(gate, arrivals, (row) => differences[row]))) count++
  }
  console.error(`  null, labels of flights, runs of ${run}: ${count} of ${DELAYED}`)
  return count
}

/** Rows in the order in which their labels come: after 1,800 rows at the median and 5,700 at the 99th percentile. */
function flightArrivals(random: SeededRandom, count: number): { row: number; at: number }[] {
  const arrivals = Array.from({ length: count }, (_, row) => ({ row, at: row + 1_800 * exp(0.4955 * random.normal()) }))
  return arrivals.sort((a, b) => a.at - b.at || a.row - b.row)
}

/** The row at which a gate passes; Infinity where it does not. */
function firstPass(
  gate: PairedGate,
  arrivals: readonly { readonly row: number; readonly at: number }[],
  difference: (row: number) => number,
): number {
  let next = 0
  for (let row = 0; row < arrivals.length; row++) {
    gate.predicted(row)
    for (; next < arrivals.length && arrivals[next].at <= row; next++) {
      if (gate.settled(arrivals[next].row, difference(arrivals[next].row))) return row
    }
  }
  return Infinity
}

/** Promotions of two models of equal loss, by the cell. */
function nullCells(): Readonly<Record<string, number>> {
  const cells: Record<string, number> = {}
  for (const q of [0.03, 0.1, 0.3]) {
    const sources = {
      iid: signRuns(q, 1),
      'sign runs of 20': signRuns(q, 20),
      'sign runs of 100': signRuns(q, 100),
      'loss runs of 20': lossRuns(q, 20),
      'loss runs of 100': lossRuns(q, 100),
    }
    for (const [name, source] of Object.entries(sources)) {
      const cell = `q ${q}, ${name}`
      cells[cell] = promotions(source, rows).length
      console.error(`  null, ${cell}: ${cells[cell]} of ${streams}`)
    }
  }
  return cells
}

/** Labels to the promotion of a challenger that errs less by `gain`; of those streams that had one. */
function power(q: number, gain: number, run = 1): number[] {
  const found = promotions(signRuns(q, run, gain), POWER_ROWS)
  console.error(`  q ${q}, ${gain * 100} points better, runs of ${run}: ${found.length} of ${streams} promoted`)
  return found
}

/** Rows from the flip to the promotion; what was not promoted is at the end. */
function flips(meanDifference: number): number[] {
  return Array.from({ length: FLIPS }, (_, i) => {
    const at = promotionAfterFlip(meanDifference, i + 1)
    return Number.isFinite(at) ? at : FLIP_ROWS
  })
}

interface GateRun {
  readonly cells: Readonly<Record<string, number>>
  readonly delayed: readonly number[]
  readonly fivePoints: readonly number[]
  readonly fivePointsInRuns: readonly number[]
  readonly twoPoints: readonly number[]
  readonly onePointOfThree: readonly number[]
  readonly smallFlip: readonly number[]
  readonly largeFlip: readonly number[]
}

await runBench<{ gate: GateRun }>({
  name: 'gate-null',
  about: `the gate by simulation: ${streams} streams of ${rows} rows a cell`,
  date,
  settings,
  warmUps: 0,
  checked: ['15 cells of the null, each with as many streams'],
  notes: [
    'The bar is 0.05 of the streams and two standard errors.',
    'The labels of the flip come with the delays of real flights.',
  ],
  cases: {
    gate: {
      run: () => ({
        cells: nullCells(),
        delayed: [1, 1_000, 3_000].map(delayedNull),
        fivePoints: power(0.1, 0.05),
        fivePointsInRuns: power(0.1, 0.05, 100),
        twoPoints: power(0.1, 0.02),
        onePointOfThree: power(0.03, 0.01),
        smallFlip: flips(0.05),
        largeFlip: flips(0.15),
      }),
      check: ({ cells }) => expectEqual('the number of cells', Object.keys(cells).length, 15),
    },
  },
  figures: [
    {
      what: `equal models, different predictions: promotions of ${streams}, in the worst of 15 cells`,
      unit: '',
      of: ({ gate }) => Math.max(...Object.values(gate.output.cells)),
      bar: { atMost: Math.floor(streams * 0.07) },
    },
    {
      what: `the same over ${FLIP_ROWS / 1000}k rows with the label delay of flights, noise shared by runs of 1, 1,000, 3,000: of ${DELAYED}, worst`,
      unit: '',
      of: ({ gate }) => Math.max(...gate.output.delayed),
      bar: { atMost: 9 },
    },
    {
      what: '5 points better on 10 % of the rows: to the promotion',
      unit: 'labels',
      of: ({ gate }) => gate.output.fivePoints,
    },
    { what: 'the same in runs of 100 rows', unit: 'labels', of: ({ gate }) => gate.output.fivePointsInRuns },
    { what: '2 points better on 10 % of the rows', unit: 'labels', of: ({ gate }) => gate.output.twoPoints },
    { what: '1 point better on 3 % of the rows', unit: 'labels', of: ({ gate }) => gate.output.onePointOfThree },
    {
      what: 'after a flip, mean loss 0.05 apart: to the promotion',
      unit: 'rows',
      of: ({ gate }) => gate.output.smallFlip,
    },
    { what: 'after a flip, mean loss 0.15 apart', unit: 'rows', of: ({ gate }) => gate.output.largeFlip },
  ],
})
