import type { Clock } from '../log/clock.ts'
import type { Computation } from './computation.ts'
import type { Decision } from './decision.ts'
import type { TaskState } from './task-state.ts'

const MOST_MS = 2000 // counted between two looks: a process that stood still or slept was not listening

/**
 * Time on a quiet stream: without records it goes on from the latest arrival as the clock does, so that horizons end there,
 * too. That it does is decided, for the journal, only when a label falls due.
 */
export class QuietTime {
  private readonly clock: Clock
  private readonly computation: Computation
  private readonly state: TaskState
  private quietMs = 0
  private lookedMs: number

  constructor(clock: Clock, computation: Computation, state: TaskState) {
    this.clock = clock
    this.computation = computation
    this.state = state
    this.lookedMs = clock.now()
  }

  /** Something came. */
  end(): void {
    this.quietMs = 0
    this.lookedMs = this.clock.now()
  }

  /** Nothing has come since the last look: gives what is to be decided of it. */
  look(): Decision | undefined {
    const { computation, state } = this
    const now = this.clock.now()
    this.quietMs += Math.max(0, Math.min(now - this.lookedMs, MOST_MS))
    this.lookedMs = now
    const toMs = state.learning.count('nowMs') + this.quietMs
    if (!computation.isCaughtUp || toMs < state.learning.nextDeadlineMs) return undefined
    this.end()
    return { kind: 'time', toMs }
  }
}
