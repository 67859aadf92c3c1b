import { erf } from './erf.ts'
import { gaussianDecay } from './gaussian-decay.ts'
import { scaledErfc } from './scaled-erfc.ts'

/**
 * The complementary error function 1 - erf(x), within 8 ulp (relative, down to the smallest doubles) and equal on every
 * machine.
 */
export function erfc(x: number): number {
  if (x !== x) return NaN
  if (x > 27.3) return 0
  if (x >= 0.5) return gaussianDecay(x, 1) * scaledErfc(x)
  return x < -6 ? 2 : 1 - erf(x)
}
