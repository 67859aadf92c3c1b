import { exp } from './exp.ts'

/**
 * The logistic function 1 / (1 + e^-x), within 2 ulp for every x (no overflow, no cancellation) and equal on every
 * machine.
 */
export function sigmoid(x: number): number {
  if (x >= 0) return 1 / (1 + exp(-x))
  const e = exp(x)
  return e / (1 + e)
}
