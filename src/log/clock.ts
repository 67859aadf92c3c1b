/** Time as the log sees it, so that tests and the simulator drive it by hand. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number
  /** Calls back once, `delayMs` from now; the result cancels it. */
  after(delayMs: number, callback: () => void): () => void
}

/** The machine's clock and timers. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after: (delayMs, callback) => {
    const timer = setTimeout(callback, delayMs)
    return () => clearTimeout(timer)
  },
}
