import type { SeededRandom } from '../stats/seeded-random.ts'

/** Somebody who waits for something outside of him, and at which point. */
export interface Parked {
  readonly owner: object
  readonly point: string
  readonly resume: () => void
  readonly fail: (error: unknown) => void
}

/**
 * Decides who goes on: every await of a simulated process is parked here, and one after the other, in an order that
 * follows from a seed, is let go.
 */
export class Scheduler {
  private readonly random: SeededRandom
  private parked: Parked[] = []

  constructor(random: SeededRandom) {
    this.random = random
  }

  /** Resolves, or rejects, when the simulation decides so. */
  park(owner: object, point: string): Promise<void> {
    return new Promise((resume, fail) => this.parked.push({ owner, point, resume, fail }))
  }

  /** Takes out one of those whose owner `may` go on; undefined when there is none. */
  take(may: (owner: object) => boolean): Parked | undefined {
    const able = this.parked.filter(({ owner }) => may(owner))
    if (able.length === 0) return undefined
    const taken = able[this.random.nextInt(able.length)]
    this.parked.splice(this.parked.indexOf(taken), 1)
    return taken
  }

  /** Nothing of this owner ever goes on. */
  drop(owner: object): void {
    this.parked = this.parked.filter((one) => one.owner !== owner)
  }
}
