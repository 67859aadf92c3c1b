import type { LearningState } from '../operators/learning-state.ts'
import type { Retrained, RetrainJob } from '../operators/retrain-requests.ts'
import { trainModel } from './train-model.ts'
import { trainingOrder } from './training-order.ts'

/** Trains a job where it is asked for, in no time by the stream's clock: for backtests, where nothing else goes on meanwhile. */
export function inlineTrainer(learning: LearningState): (job: RetrainJob, rows: Float64Array) => Retrained {
  return (job, rows) => {
    const { model, numbers } = trainModel(trainingOrder(learning, job, rows))
    return { job: job.id, model, numbers, blob: null, digest: null, reason: job.reason }
  }
}
