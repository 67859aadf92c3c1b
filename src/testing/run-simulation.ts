import { SeededRandom } from '../stats/seeded-random.ts'
import type { Guards } from '../task/guards.ts'
import { outputEncoders } from '../task/output-encoders.ts'
import { type FaultPlan, faultPlan } from './fault-plan.ts'
import { SimulatedWorld } from './simulated-world.ts'
import type { Simulated, StreamHarness } from './stream-harness.ts'

/** A stream and what it is fed with. */
export interface SimulationCase {
  readonly harness: StreamHarness
  /** The records of a run. */
  readonly records: (random: SeededRandom) => Simulated<any>
}

export interface SimulationOptions {
  /** The engine's checks that are off. */
  readonly guards?: Partial<Guards>
  /** Parts of the plan that don't follow from the seed. */
  readonly plan?: Partial<FaultPlan>
  /** Told of all that happens, in words. */
  readonly trace?: (line: string) => void
}

/** What a simulated run came to. */
export interface SimulationReport {
  readonly seed: number
  /** What was wrong; undefined when nothing was. */
  readonly failure: string | undefined
  /** How it ended: with all input taken, or by the code of the error with which the task rightly gave up. */
  readonly outcome: string
  readonly plan: FaultPlan
  readonly steps: number
  readonly starts: number
  readonly transactions: number
  /** The points at which processes died. */
  readonly crashes: readonly string[]
  /** How many faults of each kind there were. */
  readonly faults: Readonly<Record<string, number>>
  /** Equal for runs in which the same happened. */
  readonly digest: number
}

/**
 * One run of a task under faults, all of which follow from the seed: crashes at any await, unknown outcomes, zombies,
 * duplicated and stale answers, damaged blobs, full disks, producers' transactions. What the task has published is
 * compared with an execution of the same journal without any faults, and on a backlog with the pure merge of the inputs.
 * The same seed gives the same run.
 */
export async function runSimulation(
  { harness, records }: SimulationCase,
  seed: number,
  options: SimulationOptions = {},
): Promise<SimulationReport> {
  const random = new SeededRandom(seed)
  const plan = { ...faultPlan(random), ...options.plan }
  const fresh = harness.anew()
  const timed = fresh.timed(records(random))
  await outputEncoders(fresh.graph.name, fresh.registry) // reads files the first time: not in the midst of a run
  const batches = (await fresh.encode(timed, plan.partitions)).filter(({ count }) => count > 0)
  const world = new SimulatedWorld(fresh, seed, random, plan, options, batches)
  await world.run()
  return world.report
}
