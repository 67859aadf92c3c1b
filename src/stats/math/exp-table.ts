import { fixedPoint } from './fixed-point.ts'

const STEPS = 128
const ln2 = fixedPoint.logOfRatio(2n, 1n)
const stepHigh = fixedPoint.cut(ln2 / BigInt(STEPS), 41)

/**
 * 2^(i/128) for i = 0..127 at [2i] as the nearest double, and at [2i + 1] what that double lacks, relative to it: the
 * table of Tang's exponential function (P. T. P. Tang, Table-driven implementation of the exponential function in IEEE
 * floating-point arithmetic, ACM TOMS 15(2), 1989).
 */
export const expTable = new Float64Array(2 * STEPS)

/** 128 / ln 2, and ln 2 / 128 in two parts, the first with 34 significant bits. */
export const expSteps = {
  perUnit: fixedPoint.toNumber((fixedPoint.one * fixedPoint.one * BigInt(STEPS)) / ln2),
  high: fixedPoint.toNumber(stepHigh),
  low: fixedPoint.toNumber(ln2 / BigInt(STEPS) - stepHigh),
}

let root = 2n * fixedPoint.one
for (let i = STEPS; i > 1; i /= 2) root = fixedPoint.squareRoot(root)
let power = fixedPoint.one
for (let i = 0; i < STEPS; i += 1) {
  const nearest = fixedPoint.toNumber(power)
  const nearestFixed = BigInt(nearest * 2 ** 60) << 132n
  expTable[2 * i] = nearest
  expTable[2 * i + 1] = fixedPoint.toNumber(power - nearestFixed) / nearest
  power = fixedPoint.product(power, root)
}
