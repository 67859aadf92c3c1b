import { createHash } from 'node:crypto'
import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import { MillraceError } from '../errors.ts'
import { encodeModelFile } from '../models/model-file.ts'
import { modelFileName } from '../models/model-file-name.ts'
import type { LearningState } from '../operators/learning-state.ts'
import type { ModelFacts, ModelFiles } from '../operators/model-files.ts'
import { type RetrainJob, versionOf } from '../operators/retrain-requests.ts'
import type { BlobStore } from '../store/store.ts'
import type { Decision } from '../task/decision.ts'
import { type TrainingOrder, trainModel } from './train-model.ts'
import type { TrainingAnswer } from './train-worker.ts'
import { trainingOrder } from './training-order.ts'

const TRIES = 3 // a thread that dies again and again dies of its job

export interface RetrainerOptions {
  readonly blobs: BlobStore
  /** Trains in this thread, for simulations; by default in a worker. */
  readonly inline?: boolean
  /** The program of the thread; its own by default. */
  readonly worker?: URL
  /** Called with the decision that ends a job, once its model is durable. */
  readonly onDecision: (decision: Decision) => void
  /** Told of what went wrong and is tried again. */
  readonly onTrouble?: (error: unknown) => void
}

/**
 * Runs the retrain jobs of a task, one at a time, from the rows that its state has pinned: so a job that a crash cut
 * short is simply run again. Its model becomes an immutable blob, named by the decision that the journal keeps.
 */
export class Retrainer {
  private readonly options: RetrainerOptions
  /** The job at work or answered, and how often it was begun. */
  private running: string | undefined
  private tries = new Map<string, number>()
  private worker: Worker | undefined
  private closed = false

  constructor(options: RetrainerOptions) {
    this.options = options
  }

  /** Looks whether a job is ready, and starts it: after each commit, and after a start. */
  attend(learning: LearningState): void {
    const ready = learning.race.readyJob
    if (this.closed || ready === undefined || ready.job.id === this.running) return
    const { job, rows } = ready
    this.running = job.id
    this.tries = new Map([[job.id, (this.tries.get(job.id) ?? 0) + 1]])
    const order = trainingOrder(learning, job, rows)
    this.run(learning.race.files, job, order).catch((error: unknown) => this.failed(job, error))
  }

  /** Ends the thread at work; its job is run again by whoever has the task next. */
  async close(): Promise<void> {
    this.closed = true
    await this.worker?.terminate()
  }

  private async run(files: ModelFiles, job: RetrainJob, order: TrainingOrder): Promise<void> {
    const version = versionOf(job)
    const incarnation = files.owner?.incarnation ?? 0
    const header = files.header(factsOf(job), order.rows)
    const answer = this.options.inline ? inThisThread(order) : await this.inWorker(order)
    if ('failure' in answer) {
      this.decide({ kind: 'failed', job: job.id, reason: answer.failure })
      return
    }
    const file = encodeModelFile({ ...header, numbers: answer.numbers }, answer.model)
    const digest = createHash('sha256').update(file).digest('hex')
    const blob = modelFileName(header.stream, header.task, { incarnation, version, digest })
    await this.options.blobs.put(blob, file)
    this.decide({ kind: 'trained', job: job.id, blob, digest, numbers: answer.numbers })
  }

  /** The thread died or the blob could not be written: the job is tried again after the next commit, but not for ever. */
  private failed(job: RetrainJob, error: unknown): void {
    if (this.closed) return
    this.options.onTrouble?.(error)
    if ((this.tries.get(job.id) ?? 0) < TRIES) this.running = undefined
    else this.decide({ kind: 'failed', job: job.id, reason: `given up after ${TRIES} tries: ${messageOf(error)}` })
  }

  private decide(decision: Decision): void {
    if (!this.closed) this.options.onDecision(decision)
  }

  private inWorker(order: TrainingOrder): Promise<TrainingAnswer> {
    const program = this.options.worker ?? new URL(`./train-worker${extname(import.meta.filename)}`, import.meta.url)
    return new Promise((resolve, reject) => {
      const worker = new Worker(program)
      this.worker = worker
      worker.once('message', (answer: TrainingAnswer) => {
        resolve(answer)
        void worker.terminate()
      })
      worker.once('error', reject)
      worker.once('exit', (code) => {
        this.worker = undefined
        reject(
          new MillraceError(
            'MILLRACE_LIFECYCLE_WORKER',
            'retrain job',
            `its thread ended with code ${code} before it answered`,
            'It is run again; where that does not help, train on fewer rows',
          ),
        ) // nothing where it has answered
      })
      worker.postMessage(order, [order.rows.buffer as ArrayBuffer])
    })
  }
}

function factsOf(job: RetrainJob): ModelFacts {
  const { id, reason, description, pinned } = job
  return {
    version: versionOf(job),
    parent: pinned.champion,
    carriedFrom: null,
    description,
    labels: { first: pinned.firstLabel, end: pinned.labels },
    job: id,
    written: 'trained',
    reason,
    time: pinned.timeMs,
    numbers: {},
  }
}

function inThisThread(order: TrainingOrder): TrainingAnswer {
  try {
    return trainModel(order)
  } catch (error) {
    return { failure: messageOf(error) }
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
