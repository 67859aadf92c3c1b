import { describe, expect, it } from 'vitest'
import { distinct } from '../../src/stats/distinct.ts'
import { ewMean } from '../../src/stats/ew-mean.ts'
import { ewVariance } from '../../src/stats/ew-variance.ts'
import * as stats from '../../src/stats/index.ts'
import { last } from '../../src/stats/last.ts'
import { mean } from '../../src/stats/mean.ts'
import { quantile } from '../../src/stats/quantile.ts'
import { SeededRandom } from '../../src/stats/seeded-random.ts'
import type { Statistic } from '../../src/stats/statistic.ts'
import { sum } from '../../src/stats/sum.ts'
import { topK } from '../../src/stats/top-k.ts'
import { twoStack } from '../../src/stats/two-stack.ts'
import { variance } from '../../src/stats/variance.ts'

function after(statistic: Statistic, values: Iterable<number>): Float64Array {
  const state = new Float64Array(statistic.width)
  statistic.reset(state, 0)
  for (const value of values) statistic.update(state, 0, value, 1)
  return state
}

describe('a rolling statistic', () => {
  it.each([sum, mean, variance])('of $name is right to 1e-9 after a value of 1e12 has left the window', (statistic) => {
    const window = 100
    const random = new SeededRandom(41)
    const values = Array.from({ length: 500 }, (_, i) => (i === 150 ? 1e12 : 20 + random.normal()))
    const rolling = twoStack(statistic, window)
    const state = after(rolling, [])
    for (let i = 0; i < values.length; i += 1) {
      rolling.update(state, 0, values[i], 1)
      if (i < 250) continue
      const exact = statistic.read(after(statistic, values.slice(i + 1 - window, i + 1)), 0)
      expect(Math.abs(rolling.read(state, 0) / exact - 1)).toBeLessThanOrEqual(1e-9)
    }
  })

  it('merges each value at most once, however long it runs', () => {
    let merges = 0
    const counting: Statistic = {
      ...mean,
      merge: (...states) => {
        merges += 1
        mean.merge?.(...states)
      },
    }
    after(
      twoStack(counting, 1000),
      Array.from({ length: 50_000 }, (_, i) => i),
    )
    expect(merges).toBeLessThan(50_000)
  })

  it('needs a statistic that merges and a window', () => {
    const { merge: _, ...unmerged } = last
    expect(() => twoStack(unmerged, 5)).toThrow("twoStack: statistic is 'last'. Pass one that has merge.")
    expect(() => twoStack(mean, 0)).toThrow('twoStack: window is 0. Pass an integer from 1 to 2^24.')
  })
})

describe('quantile', () => {
  it('loses its bound only for what is smallest when values span more than its buckets', () => {
    const sketch = quantile({ accuracy: 0.05, buckets: 32 }) // a ratio of 24 a sign
    const values = Array.from({ length: 1000 }, (_, i) => 1.01 ** i) // a ratio of 20,000
    const state = after(sketch, values)
    for (let share = 0.75; share <= 1; share += 0.01) {
      const exact = values[Math.max(0, Math.ceil(share * 1000) - 1)]
      expect(Math.abs(sketch.at(state, 0, share) / exact - 1)).toBeLessThanOrEqual(0.0501)
    }
    expect(sketch.at(state, 0, 0.1)).toBeGreaterThanOrEqual(values[99])
    expect(after(sketch, [...values].reverse())).toEqual(state) // the same whatever the order
  })

  it('orders negative, zero and positive values', () => {
    const sketch = quantile({ accuracy: 0.01 })
    const state = after(sketch, [-100, -1, 0, 0, 1, 100])
    const reads = [0.1, 0.3, 0.5, 0.6, 0.8, 1].map((share) => Math.round(sketch.at(state, 0, share)))
    expect(reads).toEqual([-100, -1, 0, 0, 1, 100])
  })
})

describe('distinct', () => {
  it.each([4, 8, 12, 16])('of precision %d has its standard error from 10 to 300,000 values', (precision) => {
    const sketch = distinct({ precision })
    const allowed = 1.04 / Math.sqrt(2 ** precision)
    let squares = 0
    let trials = 0
    for (let seed = 0; seed < 6; seed += 1) {
      const random = new SeededRandom(seed)
      const state = after(sketch, [])
      for (let n = 1; n <= 300_000; n += 1) {
        sketch.update(state, 0, random.next(), 1)
        if (n !== 10 && n !== 1000 && n !== 30_000 && n !== 300_000) continue
        const error = sketch.read(state, 0) / n - 1
        squares += error * error
        trials += 1
        expect(Math.abs(error), `${n} values`).toBeLessThan(4 * allowed + 0.05 * (n === 10 ? 1 : 0))
      }
    }
    expect(Math.sqrt(squares / trials)).toBeLessThan(1.3 * allowed + 0.005)
  })

  it('counts integers and categories as well as random doubles', () => {
    const sketch = distinct({ precision: 12 })
    const estimate = sketch.read(
      after(
        sketch,
        Array.from({ length: 50_000 }, (_, i) => i),
      ),
      0,
    )
    expect(Math.abs(estimate / 50_000 - 1)).toBeLessThan(0.05)
  })

  it('takes 0 and -0 for one value', () => {
    expect(distinct().read(after(distinct(), [0, -0]), 0)).toBeCloseTo(1, 2)
    expect(distinct().read(after(distinct(), [0, 1]), 0)).toBeCloseTo(2, 2)
  })

  it('packs eight registers into a double', () => {
    expect(distinct({ precision: 10 }).width).toBe(128)
  })
})

describe('top-k', () => {
  it('ranks codes by how often they came', () => {
    const statistic = topK({ capacity: 8 })
    const state = after(statistic, [3, 5, 3, 7, 3, 5])
    expect([0, 1, 2].map((rank) => [statistic.valueAt(state, 0, rank), statistic.countAt(state, 0, rank)])).toEqual([
      [3, 3],
      [5, 2],
      [7, 1],
    ])
    expect([statistic.read(state, 0), statistic.valueAt(state, 0, 3), statistic.countAt(state, 0, 3)]).toEqual([
      3,
      NaN,
      0,
    ])
    expect(statistic.overcountAt(state, 0, 0)).toBe(0)
  })

  it('keeps the heavy ones of a long skewed stream', () => {
    const statistic = topK({ capacity: 50 })
    const random = new SeededRandom(42)
    const state = after(
      statistic,
      Array.from({ length: 100_000 }, () => Math.floor(1 / (1 - random.next() * 0.9999))),
    )
    expect([0, 1, 2, 3].map((rank) => statistic.valueAt(state, 0, rank))).toEqual([1, 2, 3, 4])
  })
})

describe('an exponentially weighted mean', () => {
  const hour = 3_600_000

  it('goes back to its prior as evidence fades', () => {
    const state = new Float64Array(3)
    ewMean.reset(state, 0)
    expect(ewMean.readWithPrior(state, 0, 0, hour, 0.2, 10)).toBeCloseTo(0.2, 15)
    for (let i = 0; i < 10; i += 1) ewMean.update(state, 0, 1, 0, hour)
    expect(ewMean.read(state, 0)).toBe(1)
    expect(ewMean.readWithPrior(state, 0, 0, hour, 0.2, 10)).toBeCloseTo(0.6, 15)
    expect(ewMean.readWithPrior(state, 0, hour, hour, 0.2, 10)).toBeCloseTo((5 + 2) / 15, 15)
    expect(ewMean.readWithPrior(state, 0, 1000 * hour, hour, 0.2, 10)).toBeCloseTo(0.2, 15)
    expect(ewMean.weightAt(state, 0, 2 * hour, hour)).toBe(2.5)
  })

  it('is the mean while time stands still, and the last value after a long pause', () => {
    const state = new Float64Array(3)
    ewMean.reset(state, 0)
    for (const value of [1, 2, 6]) ewMean.update(state, 0, value, 5, hour)
    expect(ewMean.read(state, 0)).toBe(3)
    ewMean.update(state, 0, 40, 5 + 5000 * hour, hour)
    expect(ewMean.read(state, 0)).toBe(40)
  })

  it('comes with a variance about the same mean', () => {
    const state = new Float64Array(8)
    ewMean.reset(state, 0)
    ewVariance.reset(state, 3)
    const random = new SeededRandom(43)
    for (let i = 0; i < 1000; i += 1) {
      const value = 7 + 2 * random.normal()
      ewMean.update(state, 0, value, i * 60_000, hour)
      ewVariance.update(state, 3, value, i * 60_000, hour)
    }
    expect(ewVariance.readMean(state, 3)).toBeCloseTo(ewMean.read(state, 0), 12)
    expect(Math.abs(ewVariance.read(state, 3) - 4)).toBeLessThan(1.5)
  })
})

it.each([
  [() => distinct({ precision: 3 }), 'distinct: precision is 3. Pass an integer from 4 to 16.'],
  [() => distinct({ precision: 10.5 }), 'distinct: precision is 10.5.'],
  [() => quantile({ probability: 1.5 }), 'quantile: probability is 1.5. Pass 0 to 1.'],
  [() => quantile({ accuracy: 0 }), 'quantile: accuracy is 0. Pass 0.0001 to 0.5.'],
  [() => quantile({ buckets: 2 }), 'quantile: buckets is 2. Pass an integer from 16 to 65536.'],
  [() => topK({ capacity: 0 }), 'topK: capacity is 0. Pass an integer from 1 to 65536.'],
  [() => topK({ capacity: NaN }), 'topK: capacity is NaN.'],
])('a parameter out of range fails at construction, with the range: %#', (make, message) => {
  expect(make).toThrow(message)
  expect(make).toThrow(expect.objectContaining({ code: 'MILLRACE_STATS_PARAMETER', exitCode: 78 }))
})

it('exports what others build on', () => {
  expect(Object.keys(stats).sort()).toMatchInlineSnapshot(`
    [
      "SeededRandom",
      "Sha256",
      "cos",
      "count",
      "decay",
      "decodeBinary",
      "distinct",
      "durationMs",
      "encodeBinary",
      "erf",
      "erfc",
      "ewMean",
      "ewVariance",
      "exp",
      "expm1",
      "gammaQ",
      "kolmogorovQ",
      "last",
      "lgamma",
      "log",
      "log1p",
      "maximum",
      "mean",
      "minimum",
      "normalCdf",
      "normalQuantile",
      "populationVariance",
      "pow",
      "quantile",
      "readBinaryHeader",
      "sha256",
      "sha256Hex",
      "sigmoid",
      "sin",
      "sum",
      "topK",
      "twoStack",
      "variance",
    ]
  `)
})
