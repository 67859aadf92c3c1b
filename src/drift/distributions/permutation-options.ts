import { checkParameter } from '../check-parameter.ts'
import type { ShiftOptions } from './distribution-test.ts'
import type { SampleSizes } from './sample-sizes.ts'

/** Options of the tests whose p-value is by permutation. */
export interface PermutationOptions extends ShiftOptions {
  /** 999 unless given: the p-value is a multiple of 1 / (permutations + 1). */
  readonly permutations?: number
  readonly seed?: number
  readonly sizes?: SampleSizes
}

/** Throws MILLRACE_DRIFT_PARAMETER. */
export function checkPermutationOptions(name: string, { permutations = 999, seed = 1 }: PermutationOptions): void {
  checkParameter(name, 'permutations', permutations, 19, 1e6, 'whole')
  checkParameter(name, 'seed', seed, -Number.MAX_VALUE, Number.MAX_VALUE, 'closed')
}
