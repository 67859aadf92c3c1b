import { fixedPoint } from './fixed-point.ts'

const STEPS = 128
const ln2 = fixedPoint.logOfRatio(2n, 1n)
const ln2High = fixedPoint.cut(ln2, 42)

/** ln 2 in two parts, the first with 42 fractional bits, so that its product with an exponent is exact. */
export const logOfTwo = { high: fixedPoint.toNumber(ln2High), low: fixedPoint.toNumber(ln2 - ln2High) }

/** The high word of the least mantissa, 0.704: from it on, 1 lies in the middle of its step, so that its c is 1. */
export const logOrigin = 0x3fe68aab

/**
 * For each of 128 steps of the mantissa z from 0.704 to 1.409, at [4i]: c, the multiple of 1/512 nearest to 1 / z in
 * the middle of the step; at [4i + 1] and [4i + 2]: -ln c in two parts, the first with 42 fractional bits. So z c is
 * within 1/150 of 1, its logarithm a short series, and c is short enough for the product to be exact in two parts (P.
 * T. P. Tang, Table-driven implementation of the logarithm function in IEEE floating-point arithmetic, ACM TOMS 16(4),
 * 1990).
 */
export const logTable = new Float64Array(4 * STEPS)

for (let i = 0; i < STEPS; i += 1) {
  const c = Math.floor(1024 / (mantissaAt(i) + mantissaAt(i + 1)) + 0.5)
  const logarithm = fixedPoint.logOfRatio(512n, BigInt(c))
  const logHigh = fixedPoint.cut(logarithm, 42)
  logTable[4 * i] = c / 512
  logTable[4 * i + 1] = fixedPoint.toNumber(logHigh)
  logTable[4 * i + 2] = fixedPoint.toNumber(logarithm - logHigh)
}

function mantissaAt(step: number): number {
  const word = logOrigin + step * 2 ** 13
  const fraction = (word & 0xfffff) * 2 ** -20
  return word < 0x3ff00000 ? 0.5 + 0.5 * fraction : 1 + fraction
}
