/**
 * The checks that keep a task's outputs exactly once, each of which can be turned off: only for the simulator, which
 * proves that each is needed by finding what goes wrong without it. All are on in every other use.
 */
export interface Guards {
  /** A start fences whoever ran the task before, by the task's one transactional id. Off: each start has an id of its own. */
  readonly fence: boolean
  /** What a reader gives goes on where the batch before it ended. Off: batches are taken as they come. */
  readonly contiguity: boolean
  /** A snapshot is written once its transaction is committed, and loaded only when the journal has registered it. Off: neither. */
  readonly registration: boolean
  /** A replay must give the outputs that were committed. */
  readonly hash: boolean
  /** A start in an older generation than the journal's is refused. */
  readonly generation: boolean
  /** Partitions that lag are waited for, so that the order of a backlog follows from the log alone. */
  readonly arrivalOrder: boolean
}

const ALL: Guards = {
  fence: true,
  contiguity: true,
  registration: true,
  hash: true,
  generation: true,
  arrivalOrder: true,
}

/** All guards on but those that are turned off. */
export function guardsOf(guards: Partial<Guards> | undefined): Guards {
  return { ...ALL, ...guards }
}
