import type { Log } from '../../src/log/log.ts'

/** A log under test, empty when opened. */
export interface OpenedLog {
  log: Log
  /** Closes `log` and opens it anew: what was written must still be there. */
  reopen(): Promise<void>
  now(): number
  /** Lets time pass, and the driver delete what its topics need not keep. */
  pass(ms: number): Promise<void>
  dispose(): Promise<void>
}

export interface LogDriver {
  readonly name: string
  /** A record with a value of this size must be refused. */
  readonly tooLargeBytes: number
  open(): Promise<OpenedLog>
}
