import { MillraceError } from '../errors.ts'
import type { RunningLearner } from '../learners/learner.ts'
import type { ModelSlots } from './model-slots.ts'
import type { RetrainJob } from './retrain-requests.ts'
import type { TrainingRing } from './training-ring.ts'

const PROBED = 100 // labelled rows on which a new model must predict finite numbers

/** The model that a job gave, as `save` of its learner made it, with all labels that have come since its rows were pinned. Gives what forbids its use otherwise. */
export function caughtUpLearner(
  models: ModelSlots,
  { description, cut }: RetrainJob,
  model: Uint8Array,
  ring: TrainingRing,
): RunningLearner | string {
  if (ring.oldest > cut) {
    return 'more labels have come since its rows were pinned than are kept: keep more in retrain.from'
  }
  const learner = opened(models, description, model)
  if (learner === undefined) return 'it was trained before the columns or the definition of the models changed'
  ring.replay(cut, (rows, offset, label) => {
    learner.arrive?.(rows, offset)
    learner.learn(rows, offset, label, 1)
  })
  const out = new Float64Array(learner.outputs)
  let isFinite = true
  ring.replay(ring.taken - PROBED, (rows, offset) => {
    learner.predict(rows, offset, out, 0)
    for (const value of out) if (value - value !== 0) isFinite = false
  })
  return isFinite ? learner : 'its predictions are not finite'
}

function opened(models: ModelSlots, description: number, model: Uint8Array): RunningLearner | undefined {
  try {
    return models.build(description, model)
  } catch (error) {
    if (error instanceof MillraceError && error.code === 'MILLRACE_LEARNER_SNAPSHOT') return undefined
    throw error
  }
}
