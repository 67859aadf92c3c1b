import { log } from './log.ts'
import { logOfTwo, logOrigin, logTable } from './log-table.ts'
import { powersOfTwo } from './powers-of-two.ts'

const table = logTable
const powers = powersOfTwo
const ln2High = logOfTwo.high
const ln2Low = logOfTwo.low

const origin = logOrigin
const double = new Float64Array(16) // longer than needed, for V8 moves small arrays about, and then reads are slower
const highWord = new Int32Array(double.buffer)
const SPLIT = 1.5 * 2 ** 20
const THIRD = 1 / 3
const FIFTH = 1 / 5
const SIXTH = 1 / 6
const SEVENTH = 1 / 7

/**
 * ln(1 + x) without cancellation, within 0.8 ulp and equal on every machine: the method of `log`, with what the sum 1 +
 * x lost to rounding carried along.
 */
export function log1p(x: number): number {
  if (!(x > -1 && x < 2 ** 60)) return x === -1 ? -Infinity : log(x)
  if (x > -5e-17 && x < 5e-17) return x
  const u = 1 + x
  const lost = x < 1 ? x - (u - 1) : 1 - (u - x)
  double[0] = u
  const offset = highWord[1] - origin
  const e = offset >> 20
  const z = u * powers[1074 - e]
  const j = (offset >> 11) & 508
  const c = table[j]
  const zHigh = z + SPLIT - SPLIT
  const r1 = zHigh * c - 1
  const r2 = (z - zHigh) * c + lost * powers[1074 - e] * c
  const r = r1 + r2
  const base = e * ln2High + table[j + 1]
  const sum = base + r1
  const square = r * r
  const series =
    r * THIRD - 0.5 + square * (r * FIFTH - 0.25) + square * square * (r * SEVENTH - SIXTH - square * 0.125)
  return sum + (base - sum + r1 + (r2 + (e * ln2Low + table[j + 2])) + square * series)
}
