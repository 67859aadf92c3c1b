import type { RunningLearner } from '../learners/learner.ts'
import type { TrainingRing } from './training-ring.ts'

const PROBED = 100 // labelled rows on which a new model must predict finite numbers

/** Lets a learner that was trained on labels up to `cut` learn all that have come since. Gives what forbids its use, or undefined. */
export function caughtUpLearner(learner: RunningLearner, ring: TrainingRing, cut: number): string | undefined {
  if (ring.oldest > cut) {
    return 'more labels have come since its rows were pinned than are kept: keep more in retrain.from'
  }
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
  return isFinite ? undefined : 'its predictions are not finite'
}
