/**
 * Fractional bits of the fixed-point numbers here: three times a double's, so that high and low parts are both right.
 */
const BITS = 192n
const ONE = 1n << BITS

/**
 * Exact integer arithmetic from which the tables of exp, log and sin are made at load, so that no constant of theirs
 * depends on the platform. A number is a BigInt of `value * 2^192`; each result is right to about 2^-185.
 */
export const fixedPoint = {
  one: ONE,

  /** ln(numerator / denominator) for a ratio near 1, as 2 atanh((n - d) / (n + d)). */
  logOfRatio(numerator: bigint, denominator: bigint): bigint {
    const s = ((numerator - denominator) << BITS) / (numerator + denominator)
    const square = (s * s) >> BITS
    let power = s
    let sum = 0n
    for (let k = 1n; power !== 0n && power !== -1n; k += 2n) {
      sum += power / k
      power = (power * square) >> BITS
    }
    return 2n * sum
  },

  /** The square root of a number >= 0, by Newton's iteration on integers. */
  squareRoot(value: bigint): bigint {
    const target = value << BITS
    let root = 1n << BigInt((target.toString(2).length >> 1) + 1)
    for (;;) {
      const next = (root + target / root) >> 1n
      if (next >= root) return root
      root = next
    }
  },

  product(a: bigint, b: bigint): bigint {
    return (a * b) >> BITS
  },

  /** The nearest double. */
  toNumber(value: bigint): number {
    return Number(value) / Number(ONE)
  },

  /** The number cut to a multiple of 2^-bits, so that its product with small integers is exact. */
  cut(value: bigint, bits: number): bigint {
    const step = BITS - BigInt(bits)
    return (value >> step) << step
  },
}
