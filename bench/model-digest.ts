import { createHash } from 'node:crypto'
import type { LearningState } from '../src/operators/learning-state.ts'

/** A digest of every bit of a stream's models, in hexadecimal: two runs that learned the same have the same. */
export function modelDigest(state: LearningState): string {
  const hash = createHash('sha256')
  for (const slot of state.models.slots) hash.update(slot === undefined ? 'none' : slot.learner.save())
  return hash.digest('hex')
}
