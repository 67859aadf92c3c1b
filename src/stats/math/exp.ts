import { expSteps, expTable } from './exp-table.ts'
import { powersOfTwo } from './powers-of-two.ts'

// Names of this module, so that the compiler sees constants where an imported name would be looked up at each call.
const table = expTable
const powers = powersOfTwo
const { perUnit, high, low } = expSteps

const ROUND = 1.5 * 2 ** 52 // adding and subtracting it rounds to the nearest integer
const LARGEST = 709.782712893384 // the largest double whose exponential is finite
const SMALLEST = -745.1332191019412 // the smallest double whose exponential is not zero

/**
 * The exponential function, within 0.52 ulp (1 ulp where the result is subnormal) and equal on every machine.
 * Table-driven (Tang, ACM TOMS 15(2), 1989): x = k ln2/128 + r, then 2^(k/128) from a table times a polynomial in r.
 */
export function exp(x: number): number {
  if (!(x > -708 && x < 709)) return expAtEdge(x)
  const steps = x * perUnit + ROUND - ROUND
  const k = steps | 0
  const r = x - steps * high - steps * low
  const i = (k & 127) << 1
  const scale = table[i]
  const square = r * r
  const rest = table[i + 1] + r + square * (0.5 + r * (1 / 6)) + square * square * (1 / 24 + r * (1 / 120))
  return (scale + scale * rest) * powers[(k >> 7) + 1074]
}

/** Where the result may overflow or be subnormal: half of the argument's scaling is kept for the last product. */
function expAtEdge(x: number): number {
  if (x > LARGEST) return Infinity
  if (x < SMALLEST) return 0
  if (x !== x) return x
  const steps = x * perUnit + ROUND - ROUND
  const k = steps | 0
  const r = x - steps * high - steps * low
  const i = (k & 127) << 1
  const scale = table[i]
  const square = r * r
  const rest = table[i + 1] + r + square * (0.5 + r * (1 / 6)) + square * square * (1 / 24 + r * (1 / 120))
  const last = x > 0 ? 2 ** 60 : 2 ** -60
  return (scale + scale * rest) * powers[(k >> 7) + 1074 - (x > 0 ? 60 : -60)] * last
}
