import type { WrittenModel } from './model-files.ts'

/** What was told of a task's models in transactions that a fork leaves behind; plain JSON. */
export interface LeftBehind {
  /** Who served in the end. */
  readonly served: string
  /** All that were named: none of these versions may be given again. */
  readonly versions: readonly string[]
  /** Those that came to be there, and were in the race still. */
  readonly present: readonly { readonly version: string; readonly parent: string | null; readonly algorithm: string }[]
  readonly files: readonly WrittenModel[]
}
