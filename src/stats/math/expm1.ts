import { exp } from './exp.ts'
import { expSteps, expTable } from './exp-table.ts'
import { powersOfTwo } from './powers-of-two.ts'

const table = expTable
const powers = powersOfTwo
const { perUnit, high, low } = expSteps
const ROUND = 1.5 * 2 ** 52

/**
 * exp(x) - 1 without cancellation, within 0.53 ulp and equal on every machine. Tang's table method (ACM TOMS 18(2),
 * 1992): with exp(x) = s (1 + p), the sum (s - 1) + p + (s - 1) p is added up with the rounding errors of its large
 * terms kept.
 */
export function expm1(x: number): number {
  if (!(x > -40 && x < 50)) return x < 0 ? -1 : exp(x) - 1
  if (x > -5e-17 && x < 5e-17) return x
  const steps = x * perUnit + ROUND - ROUND
  const k = steps | 0
  const reduced = x - steps * high
  const correction = steps * low
  const r = reduced - correction
  const i = (k & 127) << 1
  const scale = table[i] * powers[(k >> 7) + 1074]
  const square = r * r
  const curved = square * (0.5 + r * (1 / 6)) + square * square * (1 / 24 + r * (1 / 120) + square * (1 / 720))
  const s = scale - 1
  const sLost = scale < 1 ? scale - (1 + s) : scale - s - 1
  const sum = s + r
  const lost = s - sum + r + sLost + (reduced - r - correction)
  return sum + (lost + (curved + s * (r + curved) + scale * table[i + 1] * (1 + r)))
}
