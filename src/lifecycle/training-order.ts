import type { LearningState } from '../operators/learning-state.ts'
import type { RetrainJob } from '../operators/retrain-requests.ts'
import type { TrainingOrder } from './train-model.ts'

/** What a job is to train. The rows are a copy, for the task goes on meanwhile. */
export function trainingOrder(learning: LearningState, job: RetrainJob, rows: Float64Array): TrainingOrder {
  const { model, challengers } = learning.graph.model
  const { algorithm, parameters } = job.description === 0 ? model : challengers[job.description - 1]
  const { columns } = learning.rows.schema
  const { target, race } = learning
  const start = race.readyJob?.start
  return { learner: { algorithm, parameters }, columns, target, rows: rows.slice(), delay: job.delay, start }
}
