import { createHash } from 'node:crypto'
import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { LearningState } from '../operators/learning-state.ts'
import type { RetrainJob } from '../operators/model-race.ts'
import type { BlobStore } from '../store/store.ts'
import type { Decision } from '../task/decision.ts'
import { type TrainedModel, type TrainingOrder, trainModel } from './train-model.ts'

export interface RetrainerOptions {
  readonly blobs: BlobStore
  /** Trains in this thread, for simulations; by default in a worker. */
  readonly inline?: boolean
  /** Called with the decision that ends a job, once its model is durable. */
  readonly onDecision: (decision: Decision) => void
  readonly onTrouble?: (error: unknown) => void
}

/**
 * Runs the retrain jobs of a task, one at a time, from the rows that its state has pinned: so a job that a crash cut
 * short is simply run again. Its model becomes an immutable blob, named by the decision that the journal keeps.
 */
export class Retrainer {
  private readonly options: RetrainerOptions
  private running: string | undefined
  private worker: Worker | undefined

  constructor(options: RetrainerOptions) {
    this.options = options
  }

  /** Looks after each commit whether a job is ready, and starts it. */
  attend(learning: LearningState): void {
    const ready = learning.race.readyJob
    if (ready === undefined || ready.job.id === this.running) return
    this.running = ready.job.id
    const order = orderOf(learning, ready.job, ready.rows)
    this.run(ready.job, order).catch((error: unknown) => {
      this.running = undefined // tried again after the next commit
      this.options.onTrouble?.(error)
    })
  }

  async close(): Promise<void> {
    await this.worker?.terminate()
  }

  private async run(job: RetrainJob, order: TrainingOrder): Promise<void> {
    let trained: TrainedModel
    try {
      trained = this.options.inline ? trainModel(order) : await this.inWorker(order)
    } catch (error) {
      this.options.onDecision({
        kind: 'failed',
        job: job.id,
        reason: error instanceof Error ? error.message : String(error),
      })
      return
    }
    const digest = createHash('sha256').update(trained.model).digest('hex')
    const blob = `model-${job.id}-${digest}.model`
    await this.options.blobs.put(blob, trained.model)
    this.options.onDecision({ kind: 'trained', job: job.id, blob, digest, numbers: trained.numbers })
  }

  private inWorker(order: TrainingOrder): Promise<TrainedModel> {
    return new Promise((resolve, reject) => {
      const worker = new Worker(new URL(`./train-worker${extname(import.meta.filename)}`, import.meta.url))
      this.worker = worker
      worker.once('message', (answer: TrainedModel | { failure: string }) => {
        this.worker = undefined
        void worker.terminate()
        if ('failure' in answer) reject(new Error(answer.failure))
        else resolve(answer)
      })
      worker.once('error', reject)
      worker.postMessage(order)
    })
  }
}

/** What a job is to train, copied: the task goes on meanwhile. */
export function orderOf(learning: LearningState, job: RetrainJob, rows: Float64Array): TrainingOrder {
  const { model, challengers } = learning.graph.model
  const { algorithm, parameters } = job.description === 0 ? model : challengers[job.description - 1]
  return {
    learner: { algorithm, parameters },
    columns: learning.rows.schema.columns,
    target: learning.target,
    rows: rows.slice(),
    delay: job.delay,
  }
}
