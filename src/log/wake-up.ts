import type { Clock } from './clock.ts'

/** Lets polls sleep until something was committed, a time is over, or all is closed: no busy polling, no timer left behind. */
export class WakeUp {
  readonly #clock: Clock
  readonly #sleepers = new Set<() => void>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Resolves at the next `notify`, after `maxMs`, or when `cancel` is handed and called. */
  sleep(maxMs: number, cancellable: (cancel: () => void) => void): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        stopTimer()
        this.#sleepers.delete(wake)
        resolve()
      }
      const stopTimer = this.#clock.after(maxMs, wake)
      this.#sleepers.add(wake)
      cancellable(wake)
    })
  }

  notify(): void {
    for (const wake of this.#sleepers) wake()
  }
}
