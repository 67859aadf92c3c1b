import { logOfTwo, logOrigin, logTable } from './log-table.ts'
import { powersOfTwo } from './powers-of-two.ts'

const table = logTable
const powers = powersOfTwo
const ln2High = logOfTwo.high
const ln2Low = logOfTwo.low

const origin = logOrigin
const double = new Float64Array(16) // longer than needed, for V8 moves small arrays about, and then reads are slower
const highWord = new Int32Array(double.buffer)
const SPLIT = 1.5 * 2 ** 20 // adding and subtracting it rounds to a multiple of 2^-32
const THIRD = 1 / 3
const FIFTH = 1 / 5
const SIXTH = 1 / 6
const SEVENTH = 1 / 7

/**
 * The natural logarithm, within 0.52 ulp and equal on every machine. Table-driven (Tang, ACM TOMS 16(4), 1990):
 * x = 2^e z with z in [0.704, 1.409), c near 1/z from a table, r = z c - 1 exactly in two parts,
 * ln x = e ln2 - ln c + ln(1 + r).
 */
export function log(x: number): number {
  double[0] = x
  const word = highWord[1]
  if (word < 0x00100000 || word >= 0x7ff00000) return logAtEdge(x)
  const offset = word - origin
  const e = offset >> 20
  const z = x * powers[1074 - e]
  const j = (offset >> 11) & 508
  const c = table[j]
  const zHigh = z + SPLIT - SPLIT
  const r1 = zHigh * c - 1
  const r2 = (z - zHigh) * c
  const r = r1 + r2
  const base = e * ln2High + table[j + 1]
  const sum = base + r1
  const square = r * r
  const series =
    r * THIRD - 0.5 + square * (r * FIFTH - 0.25) + square * square * (r * SEVENTH - SIXTH - square * 0.125)
  return sum + (base - sum + r1 + (r2 + (e * ln2Low + table[j + 2])) + square * series)
}

function logAtEdge(x: number): number {
  if (x > 0 && x < Infinity) return log(x * 2 ** 54) - 54 * (ln2High + ln2Low)
  if (x === 0) return -Infinity
  return x > 0 ? x : NaN
}
