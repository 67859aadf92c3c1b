/** pi * 2^bits by Machin's formula, on integers. */
function piTimes(bits: bigint): bigint {
  const guard = bits + 32n
  const inverseTangent = (n: bigint): bigint => {
    let power = (1n << guard) / n
    let sum = 0n
    for (let k = 1n; power !== 0n; k += 2n) {
      sum += k % 4n === 1n ? power / k : -(power / k)
      power /= n * n
    }
    return sum
  }
  return (16n * inverseTangent(5n) - 4n * inverseTangent(239n)) >> 32n
}

const LONG = 1280n // bits of pi that the largest double needs
const LIMIT = 2 ** 20 // up to here a multiple of pi/2 is below 2^20 and its products with 33 bits are exact
const ROUND = 1.5 * 2 ** 52

const parts: number[] = []
let rest = piTimes(192n) >> 1n
for (const bits of [32n, 65n, 98n]) {
  const part = (rest >> (192n - bits)) << (192n - bits)
  parts.push(Number(part) / 2 ** 192)
  rest -= part
}
const [part1, part2, part3] = parts
const part4 = Number(rest) / 2 ** 192
const perQuarter = Number((1n << 384n) / (piTimes(192n) >> 1n)) / 2 ** 192

let longHalfPi = 0n

/** What is left of the last argument after whole quarter turns: within [-pi/4, pi/4], in two doubles. */
export const remainder = { high: 0, low: 0 }

/**
 * Takes the nearest multiple of pi/2 off a finite number: sets `remainder` and returns the multiple modulo 4. Up to
 * 2^20 by Cody and Waite's subtraction of pi/2 in four parts with the rounding errors kept; beyond, where that is rare,
 * by exact integer arithmetic on 1,280 bits of pi.
 */
export function reduceQuarterTurns(x: number): number {
  if (!(x > -LIMIT && x < LIMIT)) return reduceLarge(x)
  const n = x * perQuarter + ROUND - ROUND
  const first = x - n * part1
  const second = -n * part2
  const sum = first + second
  const secondSeen = sum - first
  const lost = first - (sum - secondSeen) + (second - secondSeen)
  const third = -n * part3
  const total = sum + third
  const thirdSeen = total - sum
  const low = lost + (sum - (total - thirdSeen) + (third - thirdSeen)) - n * part4
  remainder.high = total + low
  remainder.low = total - remainder.high + low
  return n & 3
}

function reduceLarge(x: number): number {
  if (longHalfPi === 0n) longHalfPi = piTimes(LONG) >> 1n
  const size = Math.abs(x)
  const numerator = size < 2 ** 53 ? BigInt(size * 2 ** 53) << (LONG - 53n) : BigInt(size) << LONG
  let n = numerator / longHalfPi
  let left = numerator - n * longHalfPi
  if (2n * left > longHalfPi) {
    left -= longHalfPi
    n += 1n
  }
  const short = left >> (LONG - 192n)
  const high = Number(short) / 2 ** 192
  const low = Number(short - BigInt(high * 2 ** 192)) / 2 ** 192
  remainder.high = x < 0 ? -high : high
  remainder.low = x < 0 ? -low : low
  return Number(x < 0 ? -n & 3n : n & 3n)
}

/** sin(x + low) for |x| <= pi/4 by its Taylor series to x^17. */
export function sineSeries(x: number, low: number): number {
  const z = x * x
  const cube = z * x
  const tail =
    1 / 120 +
    z *
      (-1 / 5040 +
        z *
          (1 / 362880 +
            z * (-1 / 39916800 + z * (1 / 6227020800 + z * (-1 / 1307674368000 + z * (1 / 355687428096000))))))
  return x - (z * (0.5 * low - cube * tail) - low + cube * (1 / 6))
}

/** cos(x + low) for |x| <= pi/4 by its Taylor series to x^18. */
export function cosineSeries(x: number, low: number): number {
  const z = x * x
  const tail =
    1 / 24 +
    z *
      (-1 / 720 +
        z *
          (1 / 40320 +
            z *
              (-1 / 3628800 +
                z * (1 / 479001600 + z * (-1 / 87178291200 + z * (1 / 20922789888000 - z * (1 / 6402373705728000)))))))
  const half = 0.5 * z
  const nearOne = 1 - half
  return nearOne + (1 - nearOne - half + (z * z * tail - x * low))
}
