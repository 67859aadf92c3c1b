import { afterAll, describe, expect, it } from 'vitest'
import type { SeededRandom } from '../../src/stats/seeded-random.ts'
import type { Guards } from '../../src/task/guards.ts'
import { faultPoints } from '../../src/testing/fault-points.ts'
import { runSimulation, type SimulationCase, StreamHarness } from '../../src/testing/index.ts'
import flightDelay from '../../streams/flight-delay.ts'
import { paymentCase } from '../simulation/payments.ts'
import { flights } from '../task/flight-log.ts'
import { writeResults } from './results-file.ts'

const SEEDS = 3000
const FLIGHT_SEEDS = 150
const GUARD_SEEDS = 100
const FIRST = 10_000 // not the seeds of the short test

const payments = await paymentCase()
const results: Record<string, unknown> = {}

afterAll(() => writeResults('simulation', results))

/** Runs seeds and gives what they came to; throws at the first that fails, with how to see it again. */
async function runSeeds(simulated: SimulationCase, count: number): Promise<Record<string, unknown>> {
  const outcomes: Record<string, number> = {}
  const faults: Record<string, number> = {}
  const crashed = new Set<string>()
  const begun = performance.now()
  for (let seed = FIRST; seed < FIRST + count; seed++) {
    const report = await runSimulation(simulated, seed)
    if (report.failure !== undefined)
      throw new Error(`${report.failure}\nAgain: node test/simulation/replay-seed.ts ${seed}`)
    outcomes[report.outcome] = (outcomes[report.outcome] ?? 0) + 1
    for (const [fault, times] of Object.entries(report.faults)) faults[fault] = (faults[fault] ?? 0) + times
    for (const point of report.crashes) crashed.add(point)
  }
  const perMinute = Math.round((count / (performance.now() - begun)) * 60_000)
  return { seeds: count, perMinute, outcomes, faults, crashPoints: crashed.size, ofPoints: faultPoints.length }
}

async function flightCase(): Promise<SimulationCase> {
  const records = (random: SeededRandom): never => {
    const all = flights(20 + random.nextInt(60), random.nextInt(1 << 30), 300_000)
    const departures = all.map(({ flightId, departedAt, distance, origin, destination }) => ({
      flightId,
      departedAt,
      distance,
      origin,
      destination,
    }))
    const arrivals = all.map(({ flightId, landedAt, delayMinutes }) => ({ flightId, landedAt, delayMinutes }))
    return { departures, arrivals } as never
  }
  return { harness: await StreamHarness.of(flightDelay), records }
}

describe('a task under simulated faults', () => {
  it(`holds for ${SEEDS} seeds of a small stream`, async () => {
    results.payments = await runSeeds(payments, SEEDS)
    expect(results.payments).toMatchObject({ seeds: SEEDS })
  })

  it(`holds for ${FLIGHT_SEEDS} seeds of the flight-delay stream`, async () => {
    results.flightDelay = await runSeeds(await flightCase(), FLIGHT_SEEDS)
    expect(results.flightDelay).toMatchObject({ seeds: FLIGHT_SEEDS })
  })

  it('needs each of its guards', async () => {
    const table: Record<string, object> = {}
    for (const guard of [
      'fence',
      'contiguity',
      'registration',
      'hash',
      'generation',
      'arrivalOrder',
    ] satisfies (keyof Guards)[]) {
      const failing: number[] = []
      for (let seed = 0; seed < GUARD_SEEDS; seed++) {
        const { failure } = await runSimulation(payments, seed, { guards: { [guard]: false } })
        if (failure !== undefined) failing.push(seed)
      }
      table[guard] = { firstFailingSeed: failing[0], failingOf100: failing.length }
      expect([guard, failing.length > 0]).toEqual([guard, true])
    }
    results.guards = table
  })
})
