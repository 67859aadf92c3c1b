import type { Clock } from '../log/clock.ts'

interface Timer {
  readonly atMs: number
  readonly callback: () => void
}

/** A clock that moves only when told to, so that tests decide what time it is and when timers fire. */
export class ManualClock implements Clock {
  private nowMs: number
  private readonly timers = new Set<Timer>()

  /** Starts at `nowMs`, milliseconds since 1970. */
  constructor(nowMs = Date.UTC(2030, 0, 1)) {
    this.nowMs = nowMs
  }

  now(): number {
    return this.nowMs
  }

  after(delayMs: number, callback: () => void): () => void {
    const timer: Timer = { atMs: this.nowMs + Math.max(0, delayMs), callback }
    this.timers.add(timer)
    return () => this.timers.delete(timer)
  }

  /** Timers that are neither due nor cancelled. */
  get pending(): number {
    return this.timers.size
  }

  /** Moves on by `ms`; timers fire in the order in which they are due, each at its own time. */
  advance(ms: number): void {
    const until = this.nowMs + ms
    for (;;) {
      const timer = this.next()
      if (timer === undefined || timer.atMs > until) break
      this.fire(timer)
    }
    this.nowMs = Math.max(this.nowMs, until)
  }

  /** Moves on to the next timer and fires it; false when there is none. */
  advanceToNext(): boolean {
    const timer = this.next()
    if (timer === undefined) return false
    this.fire(timer)
    return true
  }

  private next(): Timer | undefined {
    let first: Timer | undefined
    for (const timer of this.timers) if (first === undefined || timer.atMs < first.atMs) first = timer
    return first
  }

  private fire(timer: Timer): void {
    this.timers.delete(timer)
    this.nowMs = Math.max(this.nowMs, timer.atMs)
    timer.callback()
  }
}
