import { requireParameter } from './require-parameter.ts'
import type { Statistic } from './statistic.ts'

const PER_WORD = 4 // registers of 6 bits in the 24 bits that a half of a double's integer holds
const HALF = 2 ** 24

const bits = new Float64Array(16)
const words = new Int32Array(bits.buffer)
const counts = new Float64Array(66)

/**
 * The number of different values, estimated by HyperLogLog (Flajolet et al. 2007) on 64-bit hashes of the doubles, with
 * Ertl's improved raw estimator (arXiv 1702.01284, 2017), which needs no bias tables; 0 and -0 are one value; weights
 * don't matter. `precision` p from 4 to 16 (10): 2^p registers in 2^p / 8 doubles, relative standard error 1.04 /
 * 2^(p/2).
 */
export function distinct(parameters: { readonly precision?: number } = {}): Statistic {
  const { precision = 10 } = parameters
  const valid = Number.isInteger(precision) && precision >= 4 && precision <= 16
  requireParameter(valid, 'distinct', 'precision', precision, 'an integer from 4 to 16')
  const registers = 2 ** precision
  const width = registers / (2 * PER_WORD)
  return Object.freeze({
    name: 'distinct',
    width,
    error: `relative standard error ${(1.04 / Math.sqrt(registers)).toPrecision(2)}`,
    reset(state, at) {
      state.fill(0, at, at + width)
    },
    update(state, at, value) {
      bits[0] = value + 0 // makes -0 a 0
      const low = mixed(words[0] ^ 0x2545f491)
      const first = mixed(words[1] ^ low)
      const second = mixed(low + Math.imul(first, 0x9e3779b1))
      const rest = first << precision
      const rank = rest === 0 ? 33 - precision + Math.clz32(second) : 1 + Math.clz32(rest)
      raise(state, at, first >>> (32 - precision), rank)
    },
    merge(state, at, other, from) {
      for (let i = 0; i < width; i += 1) {
        if (other[from + i] !== 0) state[at + i] = largest(state[at + i], other[from + i])
      }
    },
    read(state, at) {
      counts.fill(0)
      for (let i = at; i < at + width; i += 1) {
        const high = Math.floor(state[i] / HALF)
        tally(high)
        tally(state[i] - high * HALF)
      }
      return estimate(precision)
    },
  } satisfies Statistic)
}

/** The finaliser of MurmurHash3. */
function mixed(word: number): number {
  let h = Math.imul(word ^ (word >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return h ^ (h >>> 16)
}

function raise(state: Float64Array, at: number, register: number, rank: number): void {
  const i = at + (register >> 3)
  const high = Math.floor(state[i] / HALF)
  const low = state[i] - high * HALF
  const shift = (register & 3) * 6
  const half = (register & 4) === 0 ? low : high
  const old = (half >> shift) & 63
  if (rank <= old) return
  const raised = half + ((rank - old) << shift)
  state[i] = (register & 4) === 0 ? high * HALF + raised : raised * HALF + low
}

/** The larger of each pair of registers in two packed doubles. */
function largest(a: number, b: number): number {
  const aHigh = Math.floor(a / HALF)
  const bHigh = Math.floor(b / HALF)
  return largestOfHalf(aHigh, bHigh) * HALF + largestOfHalf(a - aHigh * HALF, b - bHigh * HALF)
}

function largestOfHalf(a: number, b: number): number {
  let result = 0
  for (let shift = 0; shift < 24; shift += 6) result |= Math.max((a >> shift) & 63, (b >> shift) & 63) << shift
  return result
}

function tally(half: number): void {
  for (let shift = 0; shift < 24; shift += 6) counts[(half >> shift) & 63] += 1
}

/** Ertl's algorithm 6 on the number of registers with each rank. */
function estimate(precision: number): number {
  const registers = 2 ** precision
  const longest = 64 - precision
  let z = registers * upperCorrection(1 - counts[longest + 1] / registers)
  for (let k = longest; k >= 1; k -= 1) z = 0.5 * (z + counts[k])
  z += registers * lowerCorrection(counts[0] / registers)
  return ((1 / (2 * Math.LN2)) * registers * registers) / z
}

/** Ertl's sigma: infinite when all registers are empty, which makes the estimate 0. */
function lowerCorrection(share: number): number {
  if (share === 1) return Infinity
  let power = share
  let weight = 1
  let sum = share
  for (let before = NaN; sum !== before; ) {
    before = sum
    power *= power
    sum += power * weight
    weight += weight
  }
  return sum
}

/** Ertl's tau. */
function upperCorrection(share: number): number {
  if (share === 0 || share === 1) return 0
  let root = share
  let weight = 1
  let sum = 1 - share
  for (let before = NaN; sum !== before; ) {
    before = sum
    root = Math.sqrt(root)
    weight *= 0.5
    sum -= (1 - root) * (1 - root) * weight
  }
  return sum / 3
}
