import { expSteps, expTable } from './exp-table.ts'
import { logOfTwo, logOrigin, logTable } from './log-table.ts'
import { powersOfTwo } from './powers-of-two.ts'

const exponentials = expTable
const logarithms = logTable
const powers = powersOfTwo
const { perUnit, high, low } = expSteps
const ln2High = logOfTwo.high
const ln2Low = logOfTwo.low

const origin = logOrigin
const double = new Float64Array(16) // longer than needed, for V8 moves small arrays about, and then reads are slower
const highWord = new Int32Array(double.buffer)
const ROUND = 1.5 * 2 ** 52
const SPLIT = 1.5 * 2 ** 20
const SQUARABLE = 1.5 * 2 ** 19 // leaves a multiple of 2^-33, so that the square of r's high part is exact
const VELTKAMP = 2 ** 27 + 1

/**
 * x to the power y, within 0.55 ulp (1 ulp where the result is subnormal), equal on every machine; edge cases as
 * ECMAScript's `**`. The logarithm of `log` carried to about 68 bits in two doubles, an exact product with y (Dekker,
 * Numerische Mathematik 18, 1971), then the exponential of `exp` on both parts.
 */
export function pow(x: number, y: number): number {
  if (y === 2) return x * x
  if (y === 1) return x
  if (!(x > 0 && x < Infinity && y > -1e20 && y < 1e20) || y === 0 || x === 1) return powAtEdge(x, y)
  return positivePower(x, y)
}

function positivePower(x: number, y: number): number {
  let lift = 0
  if (x < 2.2250738585072014e-308) {
    x *= 2 ** 54
    lift = 54
  }
  double[0] = x
  const offset = highWord[1] - origin
  const scaleOfX = offset >> 20
  const z = x * powers[1074 - scaleOfX]
  const e = scaleOfX - lift
  const j = (offset >> 11) & 508
  const c = logarithms[j]
  const zHigh = z + SPLIT - SPLIT
  const r1 = zHigh * c - 1
  const r2 = (z - zHigh) * c
  const r = r1 + r2
  const rLost = r1 - r + r2

  // ln x = base + r - r^2/2 + r^3 (...), the first three added up with their rounding errors.
  const base = e * ln2High + logarithms[j + 1]
  const sum = base + r
  let tail = base - sum + r
  const rHigh = r + SQUARABLE - SQUARABLE
  const rLow = r - rHigh
  const half = -0.5 * rHigh * rHigh
  const halfLow = -(rHigh + 0.5 * rLow) * rLow
  const sum2 = sum + half
  tail += sum - sum2 + half
  const square = r * r
  const cube =
    r *
    square *
    (1 / 3 - r * 0.25 + square * (0.2 - r * (1 / 6)) + square * square * (1 / 7 - r * 0.125 + square * (1 / 9)))
  tail += halfLow + cube + (rLost * (1 - r) + (e * ln2Low + logarithms[j + 2]))
  const logHigh = sum2 + tail
  const logLow = sum2 - logHigh + tail

  const product = y * logHigh
  if (product > 720) return Infinity
  if (product < -760) return 0
  const ySplit = y * VELTKAMP
  const yHigh = ySplit - (ySplit - y)
  const yLow = y - yHigh
  const logSplit = logHigh * VELTKAMP
  const lHigh = logSplit - (logSplit - logHigh)
  const lLow = logHigh - lHigh
  const productLow = yLow * lLow - (product - yHigh * lHigh - yLow * lHigh - yHigh * lLow) + y * logLow

  const steps = product * perUnit + ROUND - ROUND
  const k = steps | 0
  const s = product - steps * high - steps * low + productLow
  const i = (k & 127) << 1
  const scale = exponentials[i]
  const s2 = s * s
  const rest = exponentials[i + 1] + s + s2 * (0.5 + s * (1 / 6)) + s2 * s2 * (1 / 24 + s * (1 / 120))
  const result = scale + scale * rest
  const exponent = k >> 7
  if (exponent > -1020 && exponent < 1020) return result * powers[exponent + 1074]
  const half1 = exponent >> 1
  if (exponent > 0) return result * powers[half1 + 1074] * powers[exponent - half1 + 1074]
  return result * powers[exponent + 80 + 1074] * 2 ** -80
}

function powAtEdge(x: number, y: number): number {
  if (y === 0) return 1
  if (x !== x || y !== y) return NaN
  const size = x < 0 ? -x : x
  if (y === Infinity || y === -Infinity) {
    if (size === 1) return NaN
    return size > 1 === y > 0 ? Infinity : 0
  }
  const odd = oddInteger(y)
  if (size === 0 || size === Infinity) {
    const result = (size === 0) === y > 0 ? 0 : Infinity
    const negative = x < 0 || Object.is(x, -0)
    return negative && odd ? -result : result
  }
  if (x < 0) {
    if (Math.floor(y) !== y) return NaN
    const result = pow(size, y)
    return odd ? -result : result
  }
  if (x === 1) return 1
  return x > 1 === y > 0 ? Infinity : 0 // |y| >= 1e20: no double but 1 stays finite and above zero
}

function oddInteger(y: number): boolean {
  return Math.floor(y) === y && Math.floor(y / 2) * 2 !== y
}
