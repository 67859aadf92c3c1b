/**
 * Elementary functions on integers scaled by 2^400: slow, simple and independent of what they judge. A value stands for
 * the exact result to about 2^-380, so a double can be compared with the true value, not with another rounding of it.
 */
const BITS = 400n
const ONE = 1n << BITS

/** The double exactly, scaled. */
export function exactly(x: number): bigint {
  const bits = new DataView(new ArrayBuffer(8))
  bits.setFloat64(0, x)
  const word = bits.getBigUint64(0)
  const exponent = Number((word >> 52n) & 0x7ffn)
  const fraction = word & 0xfffffffffffffn
  const mantissa = exponent === 0 ? fraction : fraction | (1n << 52n)
  const shift = BITS + BigInt(Math.max(exponent, 1) - 1075)
  const value = shift >= 0n ? mantissa << shift : mantissa >> -shift
  return x < 0 ? -value : value
}

/** e^x for |x| < 100: halved until small, the Taylor series, squared back. */
export function exactExp(x: bigint): bigint {
  const halvings = 40n
  const small = x >> halvings
  let term = ONE
  let sum = ONE
  for (let k = 1n; term !== 0n && term !== -1n; k += 1n) {
    term = ((term * small) >> BITS) / k
    sum += term
  }
  for (let i = 0n; i < halvings; i += 1n) sum = (sum * sum) >> BITS
  return sum
}

/** ln x for 1e-40 < x < 1e40: Newton's iteration on e^y. */
export function exactLog(x: bigint): bigint {
  let y = exactly(Math.log(Number(x >> (BITS - 160n)) / 2 ** 160))
  for (let i = 0; i < 5; i += 1) {
    const e = exactExp(y)
    y += (2n * ((x - e) << BITS)) / (x + e)
  }
  return y
}

/** sin x for |x| < 1000, by its Taylor series. */
export function exactSin(x: bigint): bigint {
  let term = x
  let sum = x
  const square = (x * x) >> BITS
  for (let k = 2n; term !== 0n && term !== -1n; k += 2n) {
    term = -((term * square) >> BITS) / (k * (k + 1n))
    sum += term
  }
  return sum
}

/** cos x for |x| < 1000, by its Taylor series. */
export function exactCos(x: bigint): bigint {
  let term = ONE
  let sum = ONE
  const square = (x * x) >> BITS
  for (let k = 1n; term !== 0n && term !== -1n; k += 2n) {
    term = -((term * square) >> BITS) / (k * (k + 1n))
    sum += term
  }
  return sum
}

let rootOfPi = 0n

/** erf x for |x| < 12, by its Maclaurin series. */
export function exactErf(x: bigint): bigint {
  const square = (x * x) >> BITS
  let power = x
  let sum = x
  for (let k = 1n; power !== 0n && power !== -1n; k += 1n) {
    power = -((power * square) >> BITS) / k
    sum += power / (2n * k + 1n)
  }
  if (rootOfPi === 0n) rootOfPi = squareRoot(exactPi())
  return (2n * sum * ONE) / rootOfPi
}

export function squareRoot(value: bigint): bigint {
  const target = value << BITS
  let root = target
  for (let next = (root + 1n) >> 1n; next < root; next = (root + target / root) >> 1n) root = next
  return root
}

/** pi, by Gauss and Legendre's arithmetic-geometric mean. */
export function exactPi(): bigint {
  let a = ONE
  let b = squareRoot(ONE / 2n)
  let t = ONE / 4n
  let p = 1n
  for (let i = 0; i < 9; i += 1) {
    const next = (a + b) / 2n
    b = squareRoot((a * b) >> BITS)
    t -= p * (((a - next) * (a - next)) >> BITS)
    a = next
    p *= 2n
  }
  return ((a + b) * (a + b)) / (4n * t)
}

/** How far `actual` is from the exact value, in units of the last place of that value. */
export function ulpsFrom(exact: bigint, actual: number): number {
  const size = exact < 0n ? -exact : exact
  const exponent = Math.max(size.toString(2).length - 1 - Number(BITS), -1022) // of the exact value
  const ulp = BITS + BigInt(exponent - 52)
  const difference = exactly(actual) - exact
  return Math.abs(Number((difference << 20n) >> ulp) / 2 ** 20)
}
