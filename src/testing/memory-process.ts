import type { Clock } from '../log/clock.ts'
import type { MemoryBroker } from '../log/memory-broker.ts'
import { MemoryLog, type MemoryLogCall, type MemoryLogHooks } from '../log/memory-log.ts'
import { MemoryBlobStore } from '../store/memory-blob-store.ts'
import type { BlobStore } from '../store/store.ts'

/** What a process asks of the world outside of it. */
export type OutsideCall = MemoryLogCall | 'trim' | 'pause' | 'put' | 'get' | 'list' | 'delete'

/** Called before and after the effect of each call; what it awaits delays the process, what it throws the process gets. */
export type Interference = (
  phase: 'before' | 'after',
  call: OutsideCall,
  place: string,
) => void | Promise<void> | undefined

/**
 * A process that exists only in memory: its own doors to a log, to blobs and to a clock that others share. After `kill`
 * nothing it awaits ever comes back and nothing it does has an effect, as when a real process is gone.
 */
export class MemoryProcess {
  readonly log: MemoryLog
  readonly blobs: BlobStore
  readonly clock: Clock
  /** Resolves when the process was killed. */
  readonly killed: Promise<void>
  private readonly interference: Interference | undefined
  private readonly turn: () => Promise<void>
  private announce: () => void = () => {}
  private alive = true

  constructor(
    broker: MemoryBroker,
    blobs: Map<string, Uint8Array>,
    clock: Clock,
    turn: () => Promise<void>,
    interference?: Interference,
    logOf: (hooks: MemoryLogHooks) => MemoryLog = (hooks) => new MemoryLog({ broker, hooks }),
  ) {
    this.interference = interference
    this.turn = turn
    const before = (call: MemoryLogCall, place: string): void | Promise<void> => this.passes('before', call, place)
    const after = (call: MemoryLogCall, place: string): void | Promise<void> => this.passes('after', call, place)
    this.log = logOf({ before, after })
    this.blobs = this.blobStore(new MemoryBlobStore(blobs))
    this.clock = {
      now: () => clock.now(),
      after: (delayMs, callback) => clock.after(delayMs, () => (this.alive ? callback() : undefined)),
    }
    this.killed = new Promise((resolve) => {
      this.announce = resolve
    })
  }

  get isAlive(): boolean {
    return this.alive
  }

  kill(): void {
    this.alive = false
    this.announce()
  }

  /** Lets other processes go on: for `TaskOptions.pause`. */
  readonly pause = async (): Promise<void> => {
    await this.turn()
    await this.passes('after', 'pause', '')
  }

  /** Lets the world interfere with a call that the doors do not show by themselves. */
  passes(phase: 'before' | 'after', call: OutsideCall, place: string): void | Promise<void> {
    if (!this.alive) return new Promise(() => {})
    const interfered = this.interference?.(phase, call, place)
    if (!this.alive) return new Promise(() => {})
    return interfered
  }

  private blobStore(store: BlobStore): BlobStore {
    const around = async <Result>(call: OutsideCall, place: string, effect: () => Promise<Result>): Promise<Result> => {
      await this.passes('before', call, place)
      const result = await effect()
      await this.passes('after', call, place)
      return result
    }
    return {
      put: (name, bytes) => around('put', name, () => store.put(name, bytes)),
      get: (name) => around('get', name, () => store.get(name)),
      list: (prefix) => around('list', prefix, () => store.list(prefix)),
      delete: (name) => around('delete', name, () => store.delete(name)),
      close: () => store.close(),
    }
  }
}
