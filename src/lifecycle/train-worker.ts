import { parentPort } from 'node:worker_threads'
import { type TrainedModel, type TrainingOrder, trainModel } from './train-model.ts'

/** What the thread of a job answers: the model, or why there is none. */
export type TrainingAnswer = TrainedModel | { readonly failure: string }

// The thread of one retrain job: gets an order, answers, and ends.
parentPort?.once('message', (order: TrainingOrder) => {
  try {
    const { model, numbers } = trainModel(order)
    parentPort?.postMessage({ model, numbers } satisfies TrainingAnswer)
  } catch (error) {
    const failure = error instanceof Error ? error.message : String(error)
    parentPort?.postMessage({ failure } satisfies TrainingAnswer)
  }
})
