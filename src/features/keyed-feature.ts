import type { Stateful } from '../stats/state-region.ts'

/** A feature of the past of a key: a description, plain and frozen; `build` makes the stateful thing. */
export interface KeyedFeature {
  /** Name in kebab-case, the file's name. */
  readonly feature: string
  /** JSON-like; together with `feature` all that makes this feature what it is. */
  readonly parameters: Readonly<Record<string, unknown>>
  /** A key reads like one never seen when its newest update is longer ago than these milliseconds, so that freeing it does not show; Infinity = it matters for ever. */
  readonly memoryMs: number
  build(): RunningFeature
}

/**
 * A feature at work over slots (see KeyTable): flat state, nothing allocated per update or read.
 *
 * `update` takes a finite value (callers leave missing ones out) with its event time; `read` gives the value as of an event time, NaN where it has
 * none. Read first, then update: a row never sees itself. Times may come in any order; each feature says which are late.
 * A read out of order sees what is known by now, unless the feature says otherwise (pane windows do).
 */
export interface RunningFeature extends Stateful {
  /** Makes room for slots 0 to `slots` - 1; new ones are empty. */
  ensure(slots: number): void
  /** Makes a slot empty, because its key was freed. */
  clear(slot: number): void
  /** Takes one value; false = late: nothing changes but `late`. */
  update(slot: number, timeMs: number, value: number): boolean
  /** The value as of `timeMs`; slot -1 is a key never seen. Never changes what a later read or update gives. */
  read(slot: number, timeMs: number): number
  /** Updates that came too late to be taken. */
  readonly late: number
  /** Bytes held for each slot, derived ones included. */
  readonly bytesPerKey: number
}
