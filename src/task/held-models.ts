import type { LearningState } from '../operators/learning-state.ts'
import type { WrittenModel } from '../operators/model-files.ts'

/** What a task's state says of its model files, as of a committed record. */
export interface HeldModels {
  readonly written: readonly WrittenModel[]
  /** Versions that have a place in the race. */
  readonly present: readonly string[]
}

/** What the state says now. */
export function heldModels({ models, race }: LearningState): HeldModels {
  const present = models.slots.flatMap((slot) => (slot === undefined ? [] : [slot.version]))
  return { written: race.files.list, present }
}
