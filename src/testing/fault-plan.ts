import type { SeededRandom } from '../stats/seeded-random.ts'

/** What happens in a simulated run: all probabilities are a step, unless said otherwise. */
export interface FaultPlan {
  /** Producers append while the task runs; else everything is there before it starts. */
  readonly live: boolean
  /** Offsets as in Kafka: transaction markers, aborted records as gaps, a last stable offset below the end. */
  readonly markers: boolean
  readonly partitions: number
  readonly batchRows: number
  readonly commitIntervalMs: number
  readonly snapshotRows: number
  /** Steps until everything heals and the run may end. */
  readonly steps: number
  /** A process dies at an await. */
  readonly crash: number
  /** A process dies when it comes to this point for the `nth` time. */
  readonly crashAt: { readonly point: number; readonly nth: number } | undefined
  /** A call fails, with or without its effect: unknown outcomes, unreachable logs, full disks. */
  readonly failure: number
  /** The task is assigned anew while its owner only stands still. */
  readonly zombie: number
  /** A poll answers again what it has answered, a poll. */
  readonly duplicate: number
  /** The first poll of a reader answers what an earlier reader fetched, a reader. */
  readonly stale: number
  /** Bytes of a blob change, go missing or are cut off. */
  readonly corruption: number
  /** Journal records or input that may still be needed are deleted, and the process dies. */
  readonly trimming: number
  /** A committed input record is not what it was when it is read again, and the process dies. */
  readonly mutation: number
  /** Producers' transactions, some of them aborted. */
  readonly transactions: number
}

/** The plan of a run: most runs have a few kinds of faults only, so that each kind is also met alone. */
export function faultPlan(random: SeededRandom): FaultPlan {
  const maybe = (share: number, value: number): number => (random.next() < share ? value : 0)
  const oneOf = <T>(...values: readonly T[]): T => values[random.nextInt(values.length)]
  const live = random.next() < 0.5
  const markers = random.next() < 0.5
  return {
    live,
    markers,
    partitions: 1 + random.nextInt(3),
    batchRows: oneOf(1, 3, 16, 64),
    commitIntervalMs: oneOf(0, 0, 2, 20),
    snapshotRows: oneOf(5, 10, 30, 1000),
    steps: 60 + random.nextInt(440),
    crash: maybe(0.5, oneOf(0.003, 0.01, 0.03)),
    crashAt: random.next() < 0.5 ? { point: random.nextInt(1 << 20), nth: 1 + random.nextInt(6) } : undefined,
    failure: maybe(0.4, oneOf(0.005, 0.02)),
    zombie: maybe(0.4, oneOf(0.005, 0.015)),
    duplicate: maybe(0.3, oneOf(0.05, 0.3)),
    stale: maybe(0.3, oneOf(0.3, 0.8)),
    corruption: maybe(0.15, 0.01),
    trimming: maybe(0.03, 0.005),
    mutation: maybe(0.08, 0.02),
    transactions: live ? maybe(0.6, 0.5) : 0,
  }
}
