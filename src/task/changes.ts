import type { Clock } from '../log/clock.ts'

/** Lets a loop sleep until something has changed: a change between two sleeps is not missed. */
export class Changes {
  private readonly clock: Clock
  private changed = false
  private wake: (() => void) | undefined

  constructor(clock: Clock) {
    this.clock = clock
  }

  notify(): void {
    this.changed = true
    this.wake?.()
  }

  /** Resolves when there was a change since the last call, or `atMostMs` have passed. */
  async next(atMostMs: number): Promise<void> {
    if (!this.changed && atMostMs > 0) {
      await new Promise<void>((resolve) => {
        const cancel = Number.isFinite(atMostMs) ? this.clock.after(atMostMs, resolve) : () => {}
        this.wake = () => {
          cancel()
          resolve()
        }
      })
    }
    this.wake = undefined
    this.changed = false
  }
}
