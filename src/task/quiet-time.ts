import type { Clock } from '../log/clock.ts'
import type { Computation } from './computation.ts'
import type { Decision } from './decision.ts'
import type { TaskState } from './task-state.ts'

const MOST_MS = 2000 // counted between two looks: a process that stood still or slept was not listening

/**
 * Time on a quiet stream: without records it goes on from the latest arrival as the clock does, so that horizons end there,
 * too; only up to where every partition has answered, since of a log that can't be reached nobody knows what came. That it
 * does is decided, for the journal, only when a label falls due.
 */
export class QuietTime {
  private readonly clock: Clock
  private readonly computation: Computation
  private readonly state: TaskState
  private quietMs = 0
  /** Up to where time was counted. */
  private countedMs: number

  constructor(clock: Clock, computation: Computation, state: TaskState) {
    this.clock = clock
    this.computation = computation
    this.state = state
    this.countedMs = clock.now()
  }

  /** Something came. */
  end(): void {
    this.quietMs = 0
    this.countedMs = this.clock.now()
  }

  /** Nothing has come since the last look: gives what is to be decided of it. */
  look(): Decision | undefined {
    const { computation, state } = this
    const now = this.clock.now()
    const heardMs = Math.min(now, computation.polledMs)
    if (now < this.countedMs) this.countedMs = now // the clock was set back
    if (heardMs > this.countedMs) {
      this.quietMs += Math.min(heardMs - this.countedMs, MOST_MS)
      this.countedMs = heardMs
    }
    const toMs = state.learning.count('nowMs') + this.quietMs
    if (!computation.isCaughtUp || toMs < state.learning.nextDeadlineMs) return undefined
    this.end()
    return { kind: 'time', toMs }
  }
}
