import { Worker } from 'node:worker_threads'
import { MillraceError } from '../errors.ts'
import type { BlobStore } from '../store/store.ts'
import { SnapshotAssembler } from './snapshot-assembler.ts'
import type { CapturedPages, CapturedState, SnapshotCapture } from './snapshot-capture.ts'
import type { SnapshotManifest, SnapshotReference } from './snapshot-manifest.ts'
import type { SnapshotIdentity } from './snapshot-name.ts'
import type { SnapshotAnswer, SnapshotOrder, SnapshotWorkerData } from './snapshot-worker.ts'

export interface SnapshotWriterOptions {
  readonly blobs: BlobStore
  /** Folder of `blobs` when it is a file store: then a worker thread opens it and writes; else this thread does. */
  readonly folder?: string
  /** Begins the names of all blobs of the stream, such as `flight-delay/`. */
  readonly prefix: string
  /** The snapshot that the state was loaded from. */
  readonly base?: SnapshotManifest
}

/** Writes captures as snapshots, one at a time; the task goes on meanwhile. */
export class SnapshotWriter {
  private readonly options: SnapshotWriterOptions
  private readonly inline: SnapshotAssembler | undefined
  private worker: Worker | undefined
  private base: SnapshotManifest | undefined
  private last: Promise<unknown> = Promise.resolve()
  /** CPU time that the latest write took of its worker, ms. */
  cpuMs = 0

  constructor(options: SnapshotWriterOptions) {
    this.options = options
    this.base = options.base
    if (options.folder === undefined) this.inline = new SnapshotAssembler(options.blobs, options.prefix, options.base)
  }

  /**
   * Has the worker prepare memory for captures of a state of so many bytes, so that the first is as short as the later
   * ones. Never throws: without it the first is longer.
   */
  async prepare(capture: SnapshotCapture, stateBytes: number): Promise<void> {
    if (this.inline !== undefined) return
    const answer = await this.next(() => this.ask({ stateBytes }, [])).catch(() => undefined)
    if (answer !== undefined) capture.provide(answer.buffer)
  }

  /**
   * Makes a capture durable under the name of its transaction, and settles it. Throws MILLRACE_TASK_SNAPSHOT_WRITE when that
   * fails: the snapshots before remain, and the next capture holds what this one held.
   */
  async write(captured: CapturedState, id: SnapshotIdentity): Promise<SnapshotReference> {
    const { parts, buffer, bytes, stateBytes } = captured
    try {
      const {
        written,
        failure,
        cpuMs = 0,
        buffer: given,
      } = await this.next(() => this.make({ parts, buffer, bytes, stateBytes }, id))
      if (written !== undefined) {
        this.cpuMs = cpuMs
        captured.settle('written', given, written.stale)
        return written.reference
      }
      throw Object.assign(new Error(failure?.message), { code: failure?.code, buffer: given })
    } catch (cause) {
      // A store that failed has left the snapshot before as it was; after anything else nothing is taken for granted.
      const { code, buffer: given } = cause as { code?: string; buffer?: ArrayBuffer }
      captured.settle(code?.split('_')[1] === 'STORE' ? 'failed' : 'lost', given)
      throw new MillraceError(
        'MILLRACE_TASK_SNAPSHOT_WRITE',
        `snapshot of task ${id.task} at transaction ${id.seq}`,
        `it could not be written (${(cause as Error).message})`,
        'The task goes on and tries again; check the disk that holds the data directory',
        { cause },
      )
    }
  }

  /** Ends the worker once what it writes is written. */
  async close(): Promise<void> {
    await this.last
    await this.worker?.terminate()
    this.worker = undefined
  }

  /** One after the other, also when called side by side. */
  private next<T>(action: () => Promise<T>): Promise<T> {
    const result = this.last.then(action)
    this.last = result.catch(() => {})
    return result
  }

  private async make(captured: CapturedPages, id: SnapshotIdentity): Promise<SnapshotAnswer> {
    if (this.inline === undefined) return this.ask({ captured, id }, [captured.buffer])
    return { written: await this.inline.write(captured, id), buffer: captured.buffer }
  }

  private ask(order: SnapshotOrder, transferred: ArrayBuffer[]): Promise<SnapshotAnswer> {
    this.worker ??= this.start()
    const { worker } = this
    worker.ref()
    return new Promise<SnapshotAnswer>((resolve, reject) => {
      const ended = (reason: unknown): void => {
        if (this.worker === worker) this.worker = undefined
        reject(reason instanceof Error ? reason : new Error(`its worker ended with exit code ${reason}`))
      }
      worker.once('error', ended)
      worker.once('exit', ended)
      worker.once('message', (answer: SnapshotAnswer) => {
        worker.off('error', ended)
        worker.off('exit', ended)
        worker.unref()
        resolve(answer)
      })
      worker.postMessage(order, transferred)
    })
  }

  private start(): Worker {
    const { folder, prefix } = this.options
    const file = import.meta.url.endsWith('.ts') ? './snapshot-worker.ts' : './snapshot-worker.js'
    const workerData = { folder: folder as string, prefix, base: this.base } satisfies SnapshotWorkerData
    // Only the first worker knows the base: what one that ended has written since is unknown to the next, which begins with a full snapshot.
    this.base = undefined
    const worker = new Worker(new URL(file, import.meta.url), { workerData, name: 'snapshots' })
    worker.on('error', () => {})
    worker.on('exit', () => {
      if (this.worker === worker) this.worker = undefined
    })
    worker.unref()
    return worker
  }
}
