import { cos } from '../stats/math/cos.ts'
import { SeededRandom } from '../stats/seeded-random.ts'
import { checkOptions, checkParameter } from './check-parameter.ts'
import type { RowSchema } from './row-schema.ts'
import { RunningProjection } from './running-projection.ts'
import { loadSnapshot } from './snapshot.ts'
import type { Transformer } from './transformer.ts'

/** Options of random Fourier features. */
export interface FourierFeaturesOptions {
  /** How many numbers a row has afterwards, 1 to 10,000. Default 100. */
  readonly components?: number
  /**
   * How fast rows grow unlike with their distance d: their likeness is about e^(-gamma d²); above 0 to 1e6. Default 1.
   */
  readonly gamma?: number
  /** A whole number from 0 to 2^32 - 1 that picks the waves. Default 0. */
  readonly seed?: number
}

/**
 * Random Fourier features: the numbers of a row become waves of weighted sums of them, with which a linear model fits
 * curves as a kernel method with a Gaussian kernel does.
 *
 * Each is sqrt(2 / components) cos(w x + b), w normal with variance 2 gamma and b even in a turn, as River's
 * RBFSampler. It learns nothing; scale the numbers before, and when the columns of a stream change, a model after it
 * begins anew. A missing number (NaN, or beyond 1e100) counts as 0. Category and indicator columns pass unchanged, and
 * come first. A row costs numbers x components, and a cosine for each of these. Throws MILLRACE_LEARNER_PARAMETER.
 * Source: Rahimi & Recht, Random features for large-scale kernel machines, 2007.
 */
export function fourierFeatures(options: FourierFeaturesOptions = {}): Transformer<'number', 'number'> {
  const algorithm = 'fourier-features'
  checkOptions(algorithm, options, ['components', 'gamma', 'seed'])
  const components = checkParameter(algorithm, 'components', options.components ?? 100, {
    min: 1,
    max: 10_000,
    whole: true,
  })
  const gamma = checkParameter(algorithm, 'gamma', options.gamma ?? 1, { min: 0, max: 1e6, above: true })
  const seed = checkParameter(algorithm, 'seed', options.seed ?? 0, { min: 0, max: 2 ** 32 - 1, whole: true })
  const parameters = Object.freeze({ components, gamma, seed })
  const random = new SeededRandom(seed)
  const phases = Float64Array.from({ length: components }, () => 2 * Math.PI * random.next())
  const seedOfWeights = random.nextInt(2 ** 31)
  const scale = Math.sqrt(2 / components)
  const description = {
    algorithm,
    parameters,
    components,
    weights: (numbers: number): Float64Array => {
      const waves = new SeededRandom(seedOfWeights)
      const deviation = Math.sqrt(2 * gamma)
      return Float64Array.from({ length: numbers * components }, () => deviation * waves.normal())
    },
    finish: (out: Float64Array, at: number): void => {
      for (let k = 0; k < components; k++) out[at + k] = scale * cos(out[at + k] + phases[k])
    },
  }
  return Object.freeze({
    algorithm,
    parameters,
    missing: 'counts as 0',
    build: (schema: RowSchema, snapshot?: Uint8Array) => {
      if (snapshot !== undefined) loadSnapshot(snapshot, algorithm, parameters, schema, {})
      return new RunningProjection(description, schema)
    },
  })
}
