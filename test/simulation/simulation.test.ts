import { describe, expect, it } from 'vitest'
import { faultPoints } from '../../src/testing/fault-points.ts'
import { runSimulation, type SimulationReport } from '../../src/testing/index.ts'
import type { Guards } from '../../src/task/guards.ts'
import { paymentCase } from './payments.ts'

const payments = await paymentCase()

/** How to see a failing run again. */
function told({ seed, failure }: SimulationReport, off = ''): string | undefined {
  return failure === undefined ? undefined : `${failure}\nAgain: node test/simulation/replay-seed.ts ${seed} ${off}`
}

describe('a task under faults', () => {
  it('publishes each prediction once and as without faults, for every seed', async () => {
    const outcomes = new Set<string>()
    for (let seed = 0; seed < 60; seed++) {
      const report = await runSimulation(payments, seed)
      expect(told(report)).toBeUndefined()
      outcomes.add(report.outcome)
    }
    expect(outcomes).toContain('ended')
  })

  it('does the same for the same seed', async () => {
    for (const seed of [3, 7, 11]) {
      const [one, other] = [await runSimulation(payments, seed), await runSimulation(payments, seed)]
      expect(other).toEqual(one)
    }
  })

  it('survives the death of its process at every point', async () => {
    const never: string[] = []
    for (const [point, name] of faultPoints.entries()) {
      let wasHit = false
      for (let seed = 0; seed < 40 && !wasHit; seed++) {
        const plan = {
          crashAt: { point, nth: 1 },
          crash: seed % 2 === 0 ? 0 : 0.01,
          snapshotRows: 5,
          steps: 500,
          corruption: 0,
          mutation: 0,
          trimming: 0,
        }
        const report = await runSimulation(payments, seed, { plan })
        expect(told(report)).toBeUndefined()
        wasHit = report.crashes.includes(name)
      }
      if (!wasHit) never.push(name)
    }
    expect(never).toEqual([])
  }, 120_000)

  it.each<keyof Guards>(['fence', 'contiguity', 'registration', 'hash', 'generation', 'arrivalOrder'])(
    'goes wrong without the guard %s',
    async (guard) => {
      let failing = -1
      for (let seed = 0; seed < 1000 && failing < 0; seed++) {
        const { failure } = await runSimulation(payments, seed, { guards: { [guard]: false } })
        if (failure !== undefined) failing = seed
      }
      expect(failing).toBeGreaterThanOrEqual(0)
    },
    120_000,
  )
})
