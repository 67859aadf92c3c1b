import { expect, it } from 'vitest'
import { LevelBudget } from '../../src/operators/level-budget.ts'

it('gives shares of what is left, and grows back in a million predictions', () => {
  const budget = new LevelBudget(0.05)
  expect(budget.take(0.5, 0)).toBeCloseTo(0.025, 15)
  expect(budget.take(0.5, 0)).toBeCloseTo(0.0125, 15)
  expect(budget.take(0.5, 250_000)).toBeCloseTo((0.0125 + 0.0125) / 2, 15)
  expect(budget.take(0.5, 5_000_000)).toBeCloseTo(0.025, 15) // never more than the whole
})

it('never closes: a trial every 100,000 predictions for years still has a level', () => {
  const budget = new LevelBudget(0.05)
  let level = 0
  for (let trial = 0; trial < 10_000; trial++) level = budget.take(1 / 2, trial * 100_000)
  expect(level).toBeCloseTo(0.005, 10)
})

it('spends at most the whole, as much again for each million predictions, and for each promotion', () => {
  const budget = new LevelBudget(0.05)
  let spent = 0
  for (let predicted = 0; predicted <= 3_000_000; predicted += 1000) {
    spent += budget.take(predicted % 3000 === 0 ? 1 / 2 : 1 / 16, predicted)
    if (predicted === 1_500_000) budget.refill(predicted)
  }
  expect(spent).toBeLessThanOrEqual(0.05 * (1 + 3 + 1))
  expect(spent).toBeGreaterThan(0.05 * 4)
})

it('gives no level that a gate would refuse', () => {
  expect(new LevelBudget(0.9).take(1 / 2, 0)).toBe(0.25)
})
