/**
 * Sums, means and variances of doubles in exact rational arithmetic: the slow formulas that running statistics are
 * judged by.
 */

const view = new DataView(new ArrayBuffer(8))

/** The exponent field: the double is a whole number times 2^(this - 1075). */
function exponentOf(x: number): number {
  view.setFloat64(0, x)
  return Math.max(1, (view.getUint16(0) >> 4) & 0x7ff)
}

/** The smallest exponent of these, so that all of them are whole numbers at it. */
function lowestOf(values: readonly number[]): number {
  let lowest = 2047
  for (const value of values) if (value !== 0) lowest = Math.min(lowest, exponentOf(value))
  return lowest
}

/** The double over 2^(exponent - 1075), exactly. */
function scaled(x: number, exponent: number): bigint {
  if (x === 0) return 0n
  const own = exponentOf(x)
  const bits = view.getBigUint64(0)
  const fraction = bits & 0xfffffffffffffn
  const isSubnormal = ((bits >> 52n) & 0x7ffn) === 0n
  const size = (isSubnormal ? fraction : fraction | (1n << 52n)) << BigInt(own - exponent)
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
  const unit = lowestOf(terms)
  let sum = 0n
  for (const term of terms) sum += scaled(term, unit)
  return ratio(sum, 1n, BigInt(unit - 1075))
}

export function exactMean(values: readonly number[], weights: readonly number[]): number {
  const unit = lowestOf(values)
  const weightUnit = lowestOf(weights)
  let total = 0n
  let sum = 0n
  for (let i = 0; i < values.length; i += 1) {
    const weight = scaled(weights[i], weightUnit)
    total += weight
    sum += weight * scaled(values[i], unit)
  }
  return total === 0n ? NaN : ratio(sum, total, BigInt(unit - 1075))
}

/** The weighted mean of squared differences from the mean. */
export function exactVariance(values: readonly number[], weights: readonly number[]): number {
  const unit = lowestOf(values)
  const weightUnit = lowestOf(weights)
  let total = 0n
  let sum = 0n
  let squares = 0n
  for (let i = 0; i < values.length; i += 1) {
    const weight = scaled(weights[i], weightUnit)
    const value = scaled(values[i], unit)
    const product = weight * value
    total += weight
    sum += product
    squares += product * value
  }
  return total === 0n ? NaN : ratio(squares * total - sum * sum, total * total, BigInt(2 * (unit - 1075)))
}
