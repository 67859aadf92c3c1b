import type { LeftBehind } from '../operators/left-behind.ts'

/**
 * Something that did not follow from the inputs, decided once and obeyed in every replay: it takes effect before the
 * first row of its journal record.
 */
export type Decision =
  /** A control command was taken: `offset` of the control topic. */
  | {
      readonly kind: 'command'
      readonly command: 'promote' | 'roll_back' | 'retrain' | 'pause' | 'resume'
      readonly id: string
      readonly offset: number
      readonly version: string | null
      readonly reason: string
      /** By the sender's clock; not there in older journals. */
      readonly sentAtMs?: number
    }
  /** A retrain job has ended: the model is in an immutable blob. */
  | {
      readonly kind: 'trained'
      readonly job: string
      readonly blob: string
      readonly digest: string
      readonly numbers: Readonly<Record<string, number>>
    }
  /** A retrain job has failed for good. */
  | { readonly kind: 'failed'; readonly job: string; readonly reason: string }
  /** Nothing has come for so long that something falls due: time has reached `toMs`, as arrivals count it. */
  | { readonly kind: 'time'; readonly toMs: number }
  /** A record is about to be taken alone, for the starts before ended without taking any. Changes nothing. */
  | { readonly kind: 'attempt'; readonly partition: number; readonly offset: number }
  /** A record that ended the process again and again is left out. */
  | { readonly kind: 'skip'; readonly partition: number; readonly offset: number; readonly cause: string }
  /** Partitions that were added to the inputs are read from here on. */
  | { readonly kind: 'partitions'; readonly added: readonly string[] }
  /** The stream's definition or code changed here: which state was kept, which begins anew. */
  | {
      readonly kind: 'change'
      readonly code: string
      readonly kept: readonly string[]
      readonly reset: readonly string[]
      /** Of what was kept, what was saved under another definition, with how it was carried over. */
      readonly carried: Readonly<Record<string, string>>
      /** Of what was reset, what was made anew from history. */
      readonly rebuilt: readonly string[]
      readonly fork: boolean
      /** Of a fork: what the transactions after the snapshot had told of the models; absent where there was nothing to leave behind. */
      readonly left?: LeftBehind
    }
