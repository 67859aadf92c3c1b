import { map, type OperatorFunction } from 'rxjs'
import type { Batch } from '../stream/batch.ts'
import type { ColumnStage } from './column-stage.ts'

/** Applies a graph's checks, filters and arrows to micro-batches, column by column, in place: bad rows are rejected with their cause. */
export function validate(stage: ColumnStage): OperatorFunction<Batch, Batch> {
  return map((batch) => {
    stage.apply(batch)
    return batch
  })
}
