import { expect, it } from 'vitest'
import { PoissonTable } from '../../../src/learners/trees/poisson-table.ts'
import { lgamma } from '../../../src/stats/math/lgamma.ts'
import { SeededRandom } from '../../../src/stats/seeded-random.ts'

const DRAWS = 200_000

it.each([0.01, 1, 6, 30, 100])('draws numbers as often as a Poisson distribution of mean %s has them', (lambda) => {
  const table = new PoissonTable(lambda)
  const random = new SeededRandom(1)
  const drawn = new Float64Array(400)
  for (let n = 0; n < DRAWS; n++) drawn[table.draw(random)]++
  let square = 0
  let cells = 0
  for (let k = 0; k < drawn.length; k++) {
    const expected = DRAWS * Math.exp(k * Math.log(lambda) - lambda - lgamma(k + 1))
    if (expected < 20) continue
    square += (drawn[k] - expected) ** 2 / expected
    cells++
  }
  // Pearson's chi-square is about `cells`, with a deviation of sqrt(2 cells)
  expect(square).toBeLessThan(cells + 5 * Math.sqrt(2 * cells))
})

it('draws the largest number for the highest bits, and 0 for the lowest', () => {
  const table = new PoissonTable(6)
  const fixed = (bits: number) => ({ bits: () => bits }) as unknown as SeededRandom
  expect(table.draw(fixed(0))).toBe(0)
  expect(table.draw(fixed(-1))).toBeGreaterThan(25)
  expect(table.draw(fixed(0x80000000 | 0))).toBe(6)
})
