import { SeededRandom } from '../stats/seeded-random.ts'
import { checkOptions, checkParameter } from './check-parameter.ts'
import type { RowSchema } from './row-schema.ts'
import { RunningProjection } from './running-projection.ts'
import { loadSnapshot } from './snapshot.ts'
import type { Transformer } from './transformer.ts'

/** Options of a random projection. */
export interface RandomProjectionOptions {
  /** How many numbers a row has afterwards, 1 to 10,000. Default 10. */
  readonly components?: number
  /** A whole number from 0 to 2^32 - 1 that picks the weights. Default 0. */
  readonly seed?: number
}

/**
 * Gaussian random projection: the numbers of a row become fewer, each a weighted sum of all, so that rows keep their
 * distances about as they were: within a share e, for N rows, with some 8 ln(N) / e² components.
 *
 * Weights are normal with variance 1 / components. It learns nothing; scale the numbers before, and when the columns of
 * a stream change, a model after it begins anew. A missing number (NaN, or beyond 1e100) counts as 0. Category and
 * indicator columns pass unchanged, and come first. A row costs numbers x components. Throws
 * MILLRACE_LEARNER_PARAMETER.
 * Source: Johnson & Lindenstrauss, Extensions of Lipschitz mappings into a Hilbert space, 1984; Indyk & Motwani, 1998.
 */
export function randomProjection(options: RandomProjectionOptions = {}): Transformer<'number', 'number'> {
  const algorithm = 'random-projection'
  checkOptions(algorithm, options, ['components', 'seed'])
  const components = checkParameter(algorithm, 'components', options.components ?? 10, {
    min: 1,
    max: 10_000,
    whole: true,
  })
  const seed = checkParameter(algorithm, 'seed', options.seed ?? 0, { min: 0, max: 2 ** 32 - 1, whole: true })
  const parameters = Object.freeze({ components, seed })
  const weights = (numbers: number): Float64Array => {
    const random = new SeededRandom(seed)
    const deviation = Math.sqrt(1 / components)
    return Float64Array.from({ length: numbers * components }, () => deviation * random.normal())
  }
  return Object.freeze({
    algorithm,
    parameters,
    missing: 'counts as 0',
    build: (schema: RowSchema, snapshot?: Uint8Array) => {
      if (snapshot !== undefined) loadSnapshot(snapshot, algorithm, parameters, schema, {})
      return new RunningProjection({ algorithm, parameters, components, weights }, schema)
    },
  })
}
