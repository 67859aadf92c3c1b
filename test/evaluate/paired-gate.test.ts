import { expect, test } from 'vitest'
import { boundedLoss } from '../../src/evaluate/bounded-loss.ts'
import { decorrelationLength } from '../../src/evaluate/decorrelation-length.ts'
import { countDelay, DELAY_BINS, delayQuantile } from '../../src/evaluate/delay-histogram.ts'
import { type Moments, PairedCells } from '../../src/evaluate/paired-cells.ts'
import { PairedGate } from '../../src/evaluate/paired-gate.ts'
import { SeededRandom } from '../../src/stats/seeded-random.ts'
import { SnapshotShadow, stateBytes } from '../contracts/snapshot-shadow.ts'

/** Differences of 0/1 losses: models that disagree on a share q, one of them being right for runs of that mean length. */
function differences(seed: number, q: number, run: number, gain: (row: number) => number): (row: number) => number {
  const random = new SeededRandom(seed)
  let sign = 0
  return (row) => {
    if (sign === 0 || random.next() * run < 1) sign = random.next() < 0.5 + gain(row) / (2 * q) ? 1 : -1
    return random.next() < q ? sign : 0
  }
}

/** Labels until the promotion, NaN without one. */
function promotion(next: (row: number) => number, rows: number, gate = new PairedGate()): number {
  for (let row = 0; row < rows; row++) {
    gate.predicted(row)
    if (gate.settled(row, next(row))) return row + 1
  }
  return NaN
}

const median = (values: number[]): number => values.sort((a, b) => a - b)[values.length >> 1]

test('seldom promotes an equal model, whether its luck comes alone or in runs', () => {
  for (const run of [1, 20, 100]) {
    let promoted = 0
    for (let seed = 1; seed <= 60; seed++)
      promoted += Number(
        promotion(
          differences(seed, 0.1, run, () => 0),
          8000,
        ) > 0,
      )
    expect(promoted).toBeLessThanOrEqual(7) // 0.05 of 60, and two and a half standard errors
  }
})

test('promotes a better one soon, and never a worse one', () => {
  const better = Array.from({ length: 30 }, (_, i) =>
    promotion(
      differences(i, 0.1, 1, () => 0.05),
      20_000,
    ),
  )
  expect(median(better)).toBeLessThanOrEqual(1500)
  expect(better.every((at) => at < 5000)).toBe(true)
  const worse = Array.from({ length: 30 }, (_, i) =>
    promotion(
      differences(i, 0.1, 1, () => -0.02),
      20_000,
    ),
  )
  expect(worse.every(Number.isNaN)).toBe(true)
})

test('a challenger that was worse for long can still win: by its age, and sooner by a signal', () => {
  const gain = (row: number): number => (row < 50_000 ? -0.05 : 0.03)
  const byAge = Array.from({ length: 10 }, (_, i) => promotion(differences(i, 0.1, 1, gain), 150_000))
  const bySignal = Array.from({ length: 10 }, (_, i) => {
    const gate = new PairedGate()
    const next = differences(i, 0.1, 1, gain)
    return promotion(
      (row) => {
        if (row === 50_100) gate.signal()
        return next(row)
      },
      150_000,
      gate,
    )
  })
  expect(median(byAge)).toBeLessThan(83_000) // where the mean since the birth comes back to zero
  expect(median(bySignal)).toBeLessThan(58_000)
})

test('blocks are longer than the label delay, and only what is mature counts', () => {
  const random = new SeededRandom(4)
  const delay = 700
  const gate = new PairedGate()
  const next = differences(5, 0.1, 1, () => 0.05)
  const waiting: { row: number; at: number }[] = []
  for (let row = 0; row < 20_000; row++) {
    gate.predicted(row)
    waiting.push({ row, at: row + (random.next() < 0.95 ? 300 : delay) })
    for (let i = 0; i < waiting.length; i++) {
      if (waiting[i].at > row) continue
      gate.settled(waiting[i].row, next(waiting[i].row))
      waiting.splice(i--, 1)
      const { labels } = gate.report()
      expect(labels).toBeLessThanOrEqual(Math.max(0, row + 1 - 300))
    }
  }
  const report = gate.report()
  expect(report.labelDelay).toBeGreaterThanOrEqual(delay)
  expect(report.labelDelay).toBeLessThan(delay * 1.07)
  expect(report.blockLength).toBeGreaterThanOrEqual(delay)
  expect(report.promote).toBe(true)
  expect(report.lowerBound).toBeGreaterThan(0)
  expect(report.meanDifference).toBeCloseTo(0.05, 1)
  expect(report.start).toBe('birth')
})

test('predictions whose labels never come hold nothing up once they expire', () => {
  const gate = new PairedGate()
  const next = differences(6, 0.1, 1, () => 0.05)
  for (let row = 0; row < 6000; row++) {
    gate.predicted(row)
    if (row % 20 > 0) gate.settled(row, next(row))
  }
  expect(gate.report().labels).toBe(0)
  let promoted = false
  for (let row = 0; row < 6000; row += 20) promoted = gate.expired(row) || promoted
  expect(promoted).toBe(true)
})

test('labels of predictions before the birth are passed over', () => {
  const gate = new PairedGate()
  gate.begin(1000, 0.05)
  for (let row = 0; row < 1000; row++) {
    gate.predicted(row)
    expect(gate.settled(row, 1)).toBe(false)
  }
  expect(gate.settled(5000, 1)).toBe(false)
  expect(gate.report()).toMatchObject({ labels: 0, promote: false })
})

test('goes on from the pages that said they changed as if never stopped, beyond the merging of cells', () => {
  const drive = (gate: PairedGate, from: number, to: number): number => {
    let promoted = 0
    for (let row = from; row < to; row++) {
      if (row === 70_000) gate.signal()
      gate.predicted(row)
      const late = row - 40
      if (late >= 0) promoted += Number(gate.settled(late, new SeededRandom(late).next() - 0.5))
    }
    return promoted
  }
  const undisturbed = new PairedGate()
  const expected = drive(undisturbed, 0, 300_000)
  const shadow = new SnapshotShadow()
  let gate = new PairedGate()
  let promoted = 0
  let from = 0
  for (const to of [1, 33, 3000, 70_000, 131_072, 131_080, 200_001, 300_000]) {
    promoted += drive(gate, from, to)
    shadow.take(gate)
    gate = shadow.restore(new PairedGate())
    from = to
  }
  expect(promoted).toBe(expected)
  expect(stateBytes(gate)).toEqual(stateBytes(undisturbed))
  expect(gate.report()).toEqual(undisturbed.report())
})

test('memory is bounded however long a challenger lives', () => {
  const gate = new PairedGate()
  for (let row = 0; row < 1_000_000; row++) {
    gate.predicted(row)
    gate.settled(row, (row % 3) - 1)
  }
  for (let i = 0; i < 100; i++) gate.signal()
  const bytes = Object.values(gate.regions()).map((region) => (region as { values: Float64Array }).values.byteLength)
  expect(bytes.reduce((a, b) => a + b)).toBeLessThan(400_000)
})

test('merged cells hold what the cells held', () => {
  const cells = new PairedCells()
  const random = new SeededRandom(9)
  const all = Float64Array.from({ length: 300_000 }, () => random.normal())
  let merges = 0
  all.forEach((value, place) => {
    merges += cells.predicted(place)
    cells.settled(place, value)
  })
  expect(merges).toBe(2)
  expect(cells.length).toBe(128)
  expect(cells.count).toBe(Math.ceil(300_000 / 128))
  const moments: Moments = { count: 0, mean: 0, variance: 0 }
  cells.rowMoments(0, cells.count, moments)
  const mean = all.reduce((a, b) => a + b, 0) / all.length
  expect(moments.count).toBe(300_000)
  expect(moments.mean).toBeCloseTo(mean, 12)
  expect(moments.variance).toBeCloseTo(all.reduce((a, b) => a + (b - mean) ** 2, 0) / 299_999, 10)
  cells.blockMoments(1, 10, 4, moments)
  const block = (from: number): number => all.subarray(from * 128, (from + 4) * 128).reduce((a, b) => a + b, 0) / 512
  expect(moments.count).toBe(2)
  expect(moments.mean).toBeCloseTo((block(1) + block(5)) / 2, 12)
  expect(moments.variance).toBeCloseTo((block(1) - block(5)) ** 2 / 2, 12)
})

test('the decorrelation length grows with the runs in the differences', () => {
  const lengthOf = (run: number): number => {
    const lengths = Array.from({ length: 9 }, (_, seed) => {
      const cells = new PairedCells()
      const next = differences(seed, 0.3, run, () => 0)
      for (let row = 0; row < 60_000; row++) {
        cells.predicted(row)
        cells.settled(row, next(row))
      }
      return decorrelationLength(cells, 0, cells.count)
    })
    return median(lengths)
  }
  const [one, twenty, hundred] = [lengthOf(1), lengthOf(20), lengthOf(100)]
  expect(one).toBe(1)
  expect(twenty).toBeGreaterThanOrEqual(200)
  expect(twenty).toBeLessThanOrEqual(1000)
  expect(hundred).toBeGreaterThanOrEqual(1000)
  expect(hundred).toBeLessThanOrEqual(5000)
})

test('the delay quantile is at most 7 % above the true one, and follows changes', () => {
  const state = new Float64Array(DELAY_BINS)
  expect(delayQuantile(state, 0, 0.99)).toBe(0)
  for (let i = 0; i < 100_000; i++) countDelay(state, 0, i)
  const quantile = delayQuantile(state, 0, 0.99)
  expect(quantile).toBeGreaterThanOrEqual(98_999)
  expect(quantile).toBeLessThan(99_000 * 1.07)
  for (let round = 0; round < 8; round++) {
    for (let i = 0; i < 100_000; i++) countDelay(state, 0, i / 1000)
    delayQuantile(state, 0, 0.99)
  }
  expect(delayQuantile(state, 0, 0.99)).toBeLessThan(200)
})

test('losses are bounded', () => {
  const out = Float64Array.of(1, 0)
  expect(boundedLoss('binary', 1, out, 0, 1)).toBeCloseTo(-Math.log(0.001), 12)
  expect(boundedLoss('binary', 0, out, 0, 1)).toBeCloseTo(-Math.log(0.999), 12)
  expect(boundedLoss('multiclass', 0, Float64Array.of(NaN, 0.2, 0.8), 0, 1)).toBeCloseTo(-Math.log(0.001), 12)
  expect(boundedLoss('regression', 12, Float64Array.of(0, 7), 1, 100)).toBe(5)
  expect(boundedLoss('regression', 1e9, Float64Array.of(7), 0, 100)).toBe(100)
  expect(boundedLoss('regression', 1, Float64Array.of(NaN), 0, 100)).toBe(100)
})

test('refuses options and levels out of range', () => {
  for (const wrong of [{ margin: -1 }, { minLabels: 0 }, { matureShare: 1.5 }, { minBlock: 0 }, { tightest: 0 }]) {
    expect(() => new PairedGate(wrong)).toThrow(/out of range/)
  }
  expect(() => new PairedGate().begin(0, 0)).toThrow(/out of range/)
})
