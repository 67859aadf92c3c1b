import { MillraceError } from '../errors.ts'
import type { TransactionalProducer } from './log.ts'
import type { OutgoingBatch } from './outgoing-batch.ts'

/** What a driver does for a transaction; called one at a time, never after a failure. */
export interface TransactionSteps {
  /** Throws MILLRACE_LOG_CLOSED when the log is closed. */
  ensureOpen(): void
  send(batches: readonly OutgoingBatch[]): Promise<void>
  commit(): Promise<void>
  abort(): Promise<void>
}

/** Holds the protocol of a transactional producer, so that drivers need not: one call at a time, nothing after an error. */
export class GuardedProducer implements TransactionalProducer {
  readonly #id: string
  readonly #steps: TransactionSteps
  #open = false
  #busy = false
  #closed = false
  #failure: unknown

  constructor(transactionalId: string, steps: TransactionSteps) {
    this.#id = transactionalId
    this.#steps = steps
  }

  send(batches: readonly OutgoingBatch[]): Promise<void> {
    return this.#guarded(async () => {
      this.#open = true
      await this.#steps.send(batches)
    })
  }

  commit(): Promise<void> {
    return this.#guarded(() => this.#end(() => this.#steps.commit()))
  }

  abort(): Promise<void> {
    return this.#guarded(() => this.#end(() => this.#steps.abort()))
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    if (!this.#open || this.#busy || this.#failure !== undefined) return
    await this.#steps.abort().catch(ignoreFenced)
  }

  async #end(step: () => Promise<void>): Promise<void> {
    if (!this.#open) return
    await step()
    this.#open = false
  }

  async #guarded(step: () => Promise<void>): Promise<void> {
    this.#steps.ensureOpen()
    if (this.#closed) throw this.#error('MILLRACE_LOG_CLOSED', 'it has been closed', 'Make a new one')
    if (this.#failure !== undefined) {
      const remedy = 'Make a new one with the same id; it settles what was left open'
      throw this.#error('MILLRACE_LOG_PRODUCER_FAILED', 'it is of no more use after an error', remedy, this.#failure)
    }
    if (this.#busy) {
      throw this.#error('MILLRACE_LOG_CONCURRENT_CALL', 'a call is under way', 'Await each call before the next')
    }
    this.#busy = true
    try {
      await step()
    } catch (failure) {
      this.#failure = failure ?? new Error('failed')
      throw failure
    } finally {
      this.#busy = false
    }
  }

  #error(
    code: 'MILLRACE_LOG_CLOSED' | 'MILLRACE_LOG_PRODUCER_FAILED' | 'MILLRACE_LOG_CONCURRENT_CALL',
    wrong: string,
    remedy: string,
    cause?: unknown,
  ): MillraceError {
    return new MillraceError(code, `transactional producer ${this.#id}`, wrong, remedy, { cause })
  }
}

/** Whoever fenced this producer has settled its transaction. */
function ignoreFenced(failure: unknown): void {
  if (!(failure instanceof MillraceError && failure.code === 'MILLRACE_LOG_FENCED')) throw failure
}
