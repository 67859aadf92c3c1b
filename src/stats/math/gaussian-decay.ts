import { exp } from './exp.ts'

const SPLIT = 1.5 * 2 ** 32 // adding and subtracting it rounds to a multiple of 2^-20

/** e^(-factor x^2) for |x| < 64 and factor 1 or 0.5, within 1 ulp: the rounding error of the square does not enter. */
export function gaussianDecay(x: number, factor: number): number {
  const high = x + SPLIT - SPLIT
  const rest = factor * (x - high) * (x + high)
  return exp(-factor * high * high) * (1 - rest * (1 - rest * (0.5 - rest * (1 / 6))))
}
