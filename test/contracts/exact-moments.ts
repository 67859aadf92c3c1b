/**
 * Sums, means and variances of doubles in exact rational arithmetic: the slow formulas that running statistics are
 * judged by.
 */

const SCALE = 1074n

/** The double times 2^1074, exactly. */
function scaled(x: number): bigint {
  const view = new DataView(new ArrayBuffer(8))
  view.setFloat64(0, x)
  const bits = view.getBigUint64(0)
  const exponent = (bits >> 52n) & 0x7ffn
  const fraction = bits & 0xfffffffffffffn
  const size = exponent === 0n ? fraction : (fraction | (1n << 52n)) << (exponent - 1n)
  return x < 0 ? -size : size
}

/** numerator / denominator * 2^power, rounded to a double once. */
function ratio(numerator: bigint, denominator: bigint, power: bigint): number {
  if (numerator === 0n) return 0
  const size = numerator < 0n ? -numerator : numerator
  const shift = BigInt(Math.max(0, 80 - size.toString(2).length + denominator.toString(2).length))
  const quotient = (size << shift) / denominator
  const bits = BigInt(quotient.toString(2).length)
  const cut = bits > 64n ? bits - 64n : 0n
  let value = Number(quotient >> cut)
  let left = Number(power + cut - shift)
  for (; left > 1000; left -= 1000) value *= 2 ** 1000
  for (; left < -1000; left += 1000) value *= 2 ** -1000
  value *= 2 ** left
  return numerator < 0n ? -value : value
}

export function exactSum(terms: readonly number[]): number {
  let sum = 0n
  for (const term of terms) sum += scaled(term)
  return ratio(sum, 1n, -SCALE)
}

export function exactMean(values: readonly number[], weights: readonly number[]): number {
  let total = 0n
  let sum = 0n
  for (let i = 0; i < values.length; i += 1) {
    total += scaled(weights[i])
    sum += scaled(weights[i]) * scaled(values[i])
  }
  return total === 0n ? NaN : ratio(sum, total, -SCALE)
}

/** The weighted mean of squared differences from the mean. */
export function exactVariance(values: readonly number[], weights: readonly number[]): number {
  let total = 0n
  let sum = 0n
  let squares = 0n
  for (let i = 0; i < values.length; i += 1) {
    const weight = scaled(weights[i])
    const value = scaled(values[i])
    total += weight
    sum += weight * value
    squares += weight * value * value
  }
  return total === 0n ? NaN : ratio(squares * total - sum * sum, total * total, -2n * SCALE)
}
