import type { Pages } from './pages.ts'

/** State that is small and saved whole at each snapshot: models, detectors, dictionaries. */
export interface BytesRegion {
  save(): Uint8Array
  /** Replaces the state by what `save` once gave. */
  load(bytes: Uint8Array): void
}

/**
 * A piece of a node's state. A node hands out its regions by name; the whole of them, and nothing else, is its state:
 * loading them into a node freshly built from the same definition makes it the node that was saved, bit for bit.
 */
export type StateRegion = Pages | BytesRegion

/** What has state. `loaded` is called once after all regions were filled, to rebuild what is derived from them. */
export interface Stateful {
  regions(): Readonly<Record<string, StateRegion>>
  loaded?(): void
}

/** A node's state under its path, with the definition it belongs to: a changed stream keeps the parts whose path and definition are the same. */
export interface StatePart {
  readonly path: string
  readonly definition: string
  readonly state: Stateful
  /**
   * How a state that was saved under another definition is carried over when it is loaded, in words; undefined where it
   * begins anew, and absent where it always does.
   */
  carries?(definition: string): string | undefined
}
