import { describe, expect, it } from 'vitest'
import { Evaluation } from '../../src/operators/evaluation.ts'

const DAY_MS = 86_400_000
const MIB = 1 << 20

const daysOf = (problem: 'binary' | 'multiclass' | 'regression', horizonDays: number, models = 8) => {
  const target = { problem, classes: problem === 'regression' ? 0 : problem === 'binary' ? 2 : 10 }
  return new Evaluation(
    target,
    Array.from({ length: models - 1 }, (_, i) => `rate${i}`),
    0,
    horizonDays * DAY_MS,
  )
}

describe('the cohorts of an evaluation', () => {
  it('are days as long as the days within the horizon take 64 MiB at most', () => {
    for (const horizon of [0, 0.01, 1.5, 16, 17, 60, 90, 110]) expect(daysOf('binary', horizon).cohortDays).toBe(1)
    for (const horizon of [365, 400, 1000]) {
      expect(daysOf('regression', horizon).cohortDays).toBe(1)
      expect(daysOf('multiclass', horizon).cohortDays).toBe(1)
    }
    expect(daysOf('binary', 400, 2).cohortDays).toBe(1)
  })

  it('are so many days beyond that they take no more, and all those within the horizon have room', () => {
    for (const horizon of [130, 400, 3650, 40_000]) {
      const evaluation = daysOf('binary', horizon)
      const { cohortDays, cohorts } = evaluation
      expect(cohortDays).toBeGreaterThan(1)
      const perCohort = (cohorts.set.width + 1) * cohorts.models * 8
      const open = Math.ceil(horizon / cohortDays) + 2
      expect(open * perCohort).toBeLessThanOrEqual(64 * MIB)
      expect((Math.ceil(horizon / (cohortDays - 1)) + 2) * perCohort).toBeGreaterThan(64 * MIB)
      for (let day = 0; day <= horizon; day += cohortDays) evaluation.predicted(day * DAY_MS)
      expect([cohorts.immature, cohorts.late]).toEqual([0, 0])
      expect(cohorts.openCohorts().length).toBe(Math.floor(horizon / cohortDays) + 1)
    }
    expect(daysOf('regression', 400_000).cohortDays).toBeGreaterThan(1)
  })
})
