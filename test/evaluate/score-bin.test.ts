import { expect, test } from 'vitest'
import { SCORE_BINS, scoreBin } from '../../src/evaluate/score-bin.ts'
import { SeededRandom } from '../../src/stats/seeded-random.ts'

test('bins rise with the score, mirror each other and stay in range', () => {
  const random = new SeededRandom(1)
  const scores = Array.from({ length: 200_000 }, () => (random.next() < 0.5 ? random.next() : random.next() ** 20))
  scores.push(0, 1, 0.5, 0.5 - 2 ** -54, 0.5 + 2 ** -53, 1 - 2 ** -53, 2 ** -1074)
  let before = 0
  for (const score of scores.sort((a, b) => a - b)) {
    const bin = scoreBin(score)
    expect(bin >= before && bin < SCORE_BINS).toBe(true)
    before = bin
  }
  expect([scoreBin(0), scoreBin(1), scoreBin(0.5)]).toEqual([0, SCORE_BINS - 1, SCORE_BINS / 2])
  for (const p of [0.1, 0.25, 0.3, 1e-5, 1e-3])
    expect(Math.abs(scoreBin(p) + scoreBin(1 - p) - (SCORE_BINS - 1))).toBeLessThanOrEqual(1)
  for (const p of [NaN, -1, 2, 1e300, -1e300, Infinity, -Infinity, -1e-9, 1 + 1e-9]) {
    const bin = scoreBin(p)
    expect(Number.isInteger(bin) && bin >= 0 && bin < SCORE_BINS).toBe(true)
  }
})

test('bins are as narrow as it says', () => {
  for (let p = 2 ** -16; p < 0.5; p *= 1.0001) {
    expect(scoreBin(p * (1 + 1 / 60))).toBeGreaterThan(scoreBin(p))
    expect(scoreBin(p * (1 + 1 / 257)) - scoreBin(p)).toBeLessThanOrEqual(1)
  }
})
