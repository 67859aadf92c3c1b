import { describe, expect, it } from 'vitest'
import { exp } from '../../src/stats/math/exp.ts'
import { lgamma } from '../../src/stats/math/lgamma.ts'
import { log } from '../../src/stats/math/log.ts'
import { normalCdf } from '../../src/stats/math/normal-cdf.ts'
import { SeededRandom } from '../../src/stats/seeded-random.ts'

/** Pearson's chi-square of counts against expectations, with its degrees of freedom. */
function chiSquare(counts: number[], expected: number[]): number {
  let sum = 0
  for (let i = 0; i < counts.length; i += 1) sum += (counts[i] - expected[i]) ** 2 / expected[i]
  return sum
}

/** A value that chi-square with `df` degrees exceeds once in about 10,000 (Wilson & Hilferty 1931). */
const rare = (df: number): number => df * (1 - 2 / (9 * df) + 3.72 * Math.sqrt(2 / (9 * df))) ** 3

it('follows the reference algorithm', () => {
  const random = new SeededRandom(0)
  random.load([1, 2, 3, 4, NaN])
  // xoshiro128** from the state 1, 2, 3, 4: the first by hand is rotl(2 * 5, 7) * 9.
  expect([random.bits(), random.bits(), random.bits()]).toEqual([11520, 0, 5927040])
})

it('is the same for a seed, another for another seed, down to the last bit of the seed', () => {
  const first = (seed: number): number[] => {
    const random = new SeededRandom(seed)
    return Array.from({ length: 5 }, () => random.next())
  }
  expect(first(7)).toEqual(first(7))
  expect(first(7)).not.toEqual(first(8))
  expect(first(2 ** 52)).not.toEqual(first(2 ** 52 + 1))
  expect(first(7)).toMatchInlineSnapshot(`
    [
      0.5302559038360554,
      0.6601020748514101,
      0.1699074242008376,
      0.45077839873813585,
      0.022846326078659662,
    ]
  `)
})

it('goes on where the saved source was', () => {
  const random = new SeededRandom(1)
  for (let i = 0; i < 11; i += 1) random.normal()
  const copy = new SeededRandom(2)
  copy.load(Float64Array.from(random.save()))
  for (let i = 0; i < 100; i += 1)
    expect([copy.normal(), copy.poisson(30), copy.next()]).toEqual([random.normal(), random.poisson(30), random.next()])
})

describe('distributions', () => {
  it('next is uniform in [0, 1)', () => {
    const random = new SeededRandom(31)
    const counts = Array.from({ length: 100 }, () => 0)
    for (let i = 0; i < 200_000; i += 1) counts[Math.floor(random.next() * 100)] += 1
    expect(counts.length).toBe(100)
    expect(
      chiSquare(
        counts,
        counts.map(() => 2000),
      ),
    ).toBeLessThan(rare(99))
  })

  it('nextInt is uniform', () => {
    const random = new SeededRandom(32)
    const counts = Array.from({ length: 7 }, () => 0)
    for (let i = 0; i < 70_000; i += 1) counts[random.nextInt(7)] += 1
    expect(
      chiSquare(
        counts,
        counts.map(() => 10_000),
      ),
    ).toBeLessThan(rare(6))
    expect([random.nextInt(1), random.nextInt(1)]).toEqual([0, 0])
  })

  it('normal is normal', () => {
    const random = new SeededRandom(33)
    const counts = Array.from({ length: 50 }, () => 0)
    for (let i = 0; i < 100_000; i += 1) counts[Math.floor(normalCdf(random.normal()) * 50)] += 1
    expect(
      chiSquare(
        counts,
        counts.map(() => 2000),
      ),
    ).toBeLessThan(rare(49))
  })

  it.each([0.3, 1, 6, 9.9, 10.5, 80, 1000])('poisson(%d) is Poisson', (lambda) => {
    const random = new SeededRandom(34)
    const draws = 100_000
    const expected: number[] = []
    const cells: number[] = []
    // Cells of one count each, the outer ones joined until 50 draws are expected in each.
    const last = Math.ceil(lambda + 10 * Math.sqrt(lambda) + 10)
    let held = 0
    for (let k = 0; k <= last; k += 1) {
      held += draws * exp(k * log(lambda) - lambda - lgamma(k + 1))
      cells[k] = expected.length
      if (held >= 50) {
        expected.push(held)
        held = 0
      }
    }
    const top = expected.length - 1
    expected[top] += held
    const counts = expected.map(() => 0)
    for (let i = 0; i < draws; i += 1) counts[Math.min(top, cells[random.poisson(lambda)] ?? top)] += 1
    expect(chiSquare(counts, expected)).toBeLessThan(rare(top))
  })
})

it('refuses what it cannot draw', () => {
  const random = new SeededRandom(1)
  expect(() => new SeededRandom(NaN)).toThrow('SeededRandom: the seed is NaN')
  expect(() => random.nextInt(0)).toThrow('n is 0')
  expect(() => random.poisson(-1)).toThrow('lambda is -1')
  expect(random.poisson(0)).toBe(0)
})
