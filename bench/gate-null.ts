/**
 * The gate under the null and under real differences, by simulation. `node bench/gate-null.ts [streams] [rows]`
 *
 * Null: two different models of equal expected 0/1 loss that disagree on a share q of the rows, 400 streams of 20,000;
 * which of them is right on those is independent from row to row, or stays with one of them for runs, or the whole
 * difference stays in runs. At level 0.05 at most 28 of 400 promotions are allowed (0.05 and two standard errors).
 * Power: challengers that are better, and the loop after a flip of the concept with the label delay of real flights.
 */
import { PairedGate } from '../src/evaluate/paired-gate.ts'
import { exp } from '../src/stats/math/exp.ts'
import { SeededRandom } from '../src/stats/seeded-random.ts'

const streams = Number(process.argv[2] ?? 400)
const rows = Number(process.argv[3] ?? 20_000)
const allowed = Math.floor(streams * 0.07)

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

function promotions(source: Source, count = rows): number[] {
  const found: number[] = []
  for (let seed = 1; seed <= streams; seed++) {
    const at = promotion(source, seed, count)
    if (!Number.isNaN(at)) found.push(at)
  }
  return found.sort((a, b) => a - b)
}

const DAY = 17_000
const BIRTH = 9_500 // 5,000 labels of rows after the flip, and the time to train on them

/**
 * Rows from the flip to the promotion. 30 % of the rows are inverted; labels come after 1,800 rows at the median and
 * 5,700 at the 99th percentile; the difference of the losses moves with the hour of the day by half of itself.
 */
function promotionAfterFlip(meanDifference: number, seed: number): number {
  const random = new SeededRandom(seed)
  const count = 100_000
  const arrivals = Array.from({ length: count }, (_, row) => ({ row, at: row + 1_800 * exp(0.4955 * random.normal()) }))
  arrivals.sort((a, b) => a.at - b.at || a.row - b.row)
  const gate = new PairedGate()
  gate.begin(BIRTH, 0.05)
  let next = 0
  for (let row = 0; row < count; row++) {
    gate.predicted(row)
    for (; next < count && arrivals[next].at <= row; next++) {
      const scored = arrivals[next].row
      const hour = (scored % DAY) / DAY < 0.5 ? 1.5 : 0.5
      const inverted = random.next() < 0.3
      const mean = meanDifference * hour * (inverted ? 3.6 : -0.114)
      if (gate.settled(scored, mean + (inverted ? 0.8 : 0.3) * random.normal())) return row
    }
  }
  return Infinity
}

let failed = 0
console.log(`null, ${streams} streams x ${rows} (at most ${allowed} promotions)`)
for (const q of [0.03, 0.1, 0.3]) {
  for (const [name, source] of [
    ['iid', signRuns(q, 1)],
    ['sign runs of 20', signRuns(q, 20)],
    ['sign runs of 100', signRuns(q, 100)],
    ['loss runs of 20', lossRuns(q, 20)],
    ['loss runs of 100', lossRuns(q, 100)],
  ] as const) {
    const count = promotions(source).length
    if (count > allowed) failed++
    console.log(`  q ${q}, ${name}: ${count}${count > allowed ? '  TOO MANY' : ''}`)
  }
}

console.log(`power, ${streams} streams x 50,000`)
for (const [q, gain, run] of [
  [0.1, 0.05, 1],
  [0.1, 0.05, 20],
  [0.1, 0.05, 100],
  [0.1, 0.02, 1],
  [0.3, 0.05, 1],
  [0.03, 0.01, 1],
]) {
  const found = promotions(signRuns(q, run, gain), 50_000)
  const median = found.length * 2 > streams ? found[streams >> 1] : NaN
  console.log(`  q ${q}, +${gain * 100} points, runs of ${run}: ${found.length} promoted, median ${median} labels`)
}

console.log('the loop after a flip, label delay of real flights, 40 streams: rows from the flip to the promotion')
for (const difference of [0.02, 0.05, 0.1, 0.15]) {
  const found = Array.from({ length: 40 }, (_, i) => promotionAfterFlip(difference, i + 1)).sort((a, b) => a - b)
  const late = found.filter((at) => at === Infinity).length
  console.log(
    `  mean difference ${difference}: median ${found[20]}, ${found[0]} to ${found[39]}, not within 100,000: ${late}`,
  )
}

if (failed > 0) {
  console.error(`${failed} cells above ${allowed}`)
  process.exitCode = 1
}
