import type { Clock } from '../../src/log/clock.ts'

/** A clock that moves only when told to. */
export class ManualClock implements Clock {
  #now: number
  readonly #timers = new Map<object, { readonly at: number; readonly callback: () => void }>()

  constructor(now = 1_700_000_000_000) {
    this.#now = now
  }

  now(): number {
    return this.#now
  }

  after(delayMs: number, callback: () => void): () => void {
    const timer = {}
    this.#timers.set(timer, { at: this.#now + delayMs, callback })
    return () => this.#timers.delete(timer)
  }

  /** Timers that nobody has cancelled. */
  get pending(): number {
    return this.#timers.size
  }

  advance(ms: number): void {
    this.#now += ms
    for (const [timer, { at, callback }] of this.#timers) {
      if (at > this.#now) continue
      this.#timers.delete(timer)
      callback()
    }
  }
}
