import { map, type OperatorFunction } from 'rxjs'
import type { Batch } from '../stream/batch.ts'
import type { GraphOutput } from './graph-output.ts'
import type { LearningState } from './learning-state.ts'

/**
 * Walks micro-batches row by row through windows, label join, prediction, learning and detectors. The state is the
 * caller's: no subscription owns any. Emits the output of each batch, valid until the next.
 */
export function learnInOrder(state: LearningState): OperatorFunction<Batch, GraphOutput> {
  return map((batch) => state.step(batch))
}
