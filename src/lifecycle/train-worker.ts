import { parentPort } from 'node:worker_threads'
import { type TrainingOrder, trainModel } from './train-model.ts'

// The thread of one retrain job: gets an order, answers with the model or with why there is none, and ends.
parentPort?.once('message', (order: TrainingOrder) => {
  try {
    const { model, numbers } = trainModel(order)
    parentPort?.postMessage({ model, numbers })
  } catch (error) {
    parentPort?.postMessage({ failure: error instanceof Error ? error.message : String(error) })
  }
})
