import type { Pages } from '../stats/pages.ts'
import type { StatePart } from '../stats/state-region.ts'
import type { ModelSlots } from './model-slots.ts'

/** What the race keeps beside models, gates and the job; plain JSON. */
export interface RaceState {
  /** The highest number of a version until now: jobs and models that begin anew are numbered together, whatever becomes of them. */
  number: number
  /** Predictions when the latest trial began, and when the champion began to serve. */
  trialSince: number
  servingSince: number
  /** Labels learned at the latest swap; null before the first. */
  swappedAt: number | null
}

/**
 * The race as a part of the state, which no change of the stream takes away: with it goes what is to be known of the models
 * where they themselves can't be loaded, and what is still to be told of them.
 */
export function racePart(models: ModelSlots, counts: Pages<Float64Array>, state: RaceState): StatePart {
  const save = (): Uint8Array => {
    const { changes, label } = models
    return new TextEncoder().encode(JSON.stringify({ ...state, models: models.titles(), label, changes }))
  }
  const load = (bytes: Uint8Array): void => {
    const { models: titles = [], label, changes = [], ...saved } = JSON.parse(new TextDecoder().decode(bytes))
    Object.assign(state, { number: 0, ...saved })
    models.recall(titles, label)
    models.changes = changes
  }
  return { path: 'race', definition: '', state: { regions: () => ({ state: { save, load }, counts }) } }
}
