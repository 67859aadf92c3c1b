import { inject } from 'vitest'

declare module 'vitest' {
  interface ProvidedContext {
    /** Whether the contracts are proved at full length, as in the project of that name, or over a few rows. */
    contracts: 'whole' | 'quick'
  }
}

const whole = inject('contracts') === 'whole'

/** Rows that a learner or transformer has seen before something is proved of it. */
export const trainedRows = whole ? 10_000 : 2_000
/** Rows over which it may not grow. */
export const longRows = whole ? 1_000_000 : 20_000
