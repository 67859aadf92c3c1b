import { erf } from './erf.ts'
import { gaussianDecay } from './gaussian-decay.ts'
import { scaledErfc } from './scaled-erfc.ts'

/** The probability that a standard normal variable is below x, within 8 ulp (relative, in the lower tail too). */
export function normalCdf(x: number): number {
  if (x > -0.7 && x < 0.7) return 0.5 + 0.5 * erf(x * Math.SQRT1_2)
  if (x !== x) return NaN
  if (x > 0) return x < 9 ? 1 - normalCdf(-x) : 1
  if (x < -38.6) return 0
  return 0.5 * gaussianDecay(x, 0.5) * scaledErfc(-x * Math.SQRT1_2)
}
