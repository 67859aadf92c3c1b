import type { RunningLearner } from '../learners/learner.ts'
import type { LearnerDefinition } from './learner-places.ts'

/**
 * What a model is in the race: it serves; the stream named it a challenger; it was retrained and is on trial; it served
 * before the champion and may come back; or it was rolled back, and serves again only where somebody says so.
 */
export type SlotRole = 'champion' | 'challenger' | 'trial' | 'former' | 'benched'

/** A model at work in a task. */
export interface ModelSlot {
  readonly version: string
  /** The version it was trained or promoted beside; empty for those that the stream names. */
  readonly parent: string
  /** Which of the graph's descriptions it is: 0 = `model`, i = `challengers[i - 1]`. */
  readonly description: number
  /** Rows predicted before its birth: it is scored only on later ones. */
  readonly born: number
  /** The first label that it learned or was trained on, of those of the task. */
  readonly firstLabel: number
  /** The retrain job that made it; null for those that the stream names. */
  readonly job: string | null
  /** The version it was before the stream's columns changed; null where they did not. */
  readonly carriedFrom: string | null
  readonly learner: RunningLearner
  role: SlotRole
}

/** What a change of the stream made of a model. */
export interface ModelChange {
  readonly kind: 'carried' | 'anew' | 'retired' | 'promoted' | 'rolled_back'
  readonly version: string
  /** What it was, or what it takes the place of; of one that has left what it had come from, null for one that the stream names. */
  readonly parent: string | null
  readonly algorithm: string
  readonly reason: string
}

/** What is known of a model also where a change of the stream drops the model itself; plain JSON. */
export type ModelTitle = Pick<ModelSlot, 'version' | 'parent' | 'description' | 'role'> & {
  readonly algorithm: string
  readonly learner: LearnerDefinition
}

/** What is saved of a model beside its learner. */
export type SavedModelSlot = Omit<ModelSlot, 'learner'>
