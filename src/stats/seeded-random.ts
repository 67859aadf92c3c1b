import { MillraceError } from '../errors.ts'
import { exp } from './math/exp.ts'
import { lgamma } from './math/lgamma.ts'
import { log } from './math/log.ts'

/**
 * A seeded source of random numbers: xoshiro128** (Blackman & Vigna, Scrambled linear pseudorandom number generators,
 * 2021), seeded by splitmix32. Equal seeds give equal numbers on every machine. Its state is four signed 32-bit
 * integers and the spare normal deviate, saved as five numbers.
 */
export class SeededRandom {
  private a: number
  private b: number
  private c: number
  private d: number
  private spare = NaN

  /** `seed` is any finite number; all 53 bits of it count. */
  constructor(seed: number) {
    if (!Number.isFinite(seed)) {
      throw new MillraceError('MILLRACE_STATS_PARAMETER', 'SeededRandom', `the seed is ${seed}`, 'Pass a finite number')
    }
    const bits = new Uint32Array(new Float64Array([seed]).buffer)
    let state = (bits[0] ^ Math.imul(bits[1], 0x9e3779b1)) | 0
    const next = (): number => {
      state = (state + 0x9e3779b9) | 0
      let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad)
      mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97)
      return mixed ^ (mixed >>> 15)
    }
    this.a = next()
    this.b = next()
    this.c = next()
    this.d = next() | 1 // never all zero
  }

  /** 32 random bits as a signed integer. */
  bits(): number {
    const five = Math.imul(this.b, 5)
    const result = Math.imul((five << 7) | (five >>> 25), 9)
    const shifted = this.b << 9
    this.c ^= this.a
    this.d ^= this.b
    this.b ^= this.c
    this.a ^= this.d
    this.c ^= shifted
    this.d = (this.d << 11) | (this.d >>> 21)
    return result
  }

  /** Uniform in [0, 1), a multiple of 2^-53. */
  next(): number {
    return ((this.bits() >>> 5) * 2 ** 26 + (this.bits() >>> 6)) * 2 ** -53
  }

  /** Uniform among 0 .. n - 1, for an integer n from 1 to 2^32, without bias (rejection). */
  nextInt(n: number): number {
    if (!(n >= 1 && n <= 2 ** 32)) {
      throw new MillraceError(
        'MILLRACE_STATS_PARAMETER',
        'SeededRandom.nextInt',
        `n is ${n}`,
        'Pass an integer from 1 to 2^32',
      )
    }
    const bound = 2 ** 32 - (2 ** 32 % n)
    for (;;) {
      const value = this.bits() >>> 0
      if (value < bound) return value % n
    }
  }

  /** A standard normal deviate (Marsaglia & Bray's polar method, 1964). */
  normal(): number {
    if (this.spare === this.spare) {
      const spare = this.spare
      this.spare = NaN
      return spare
    }
    for (;;) {
      const u = 2 * this.next() - 1
      const v = 2 * this.next() - 1
      const square = u * u + v * v
      if (square > 0 && square < 1) {
        const scale = Math.sqrt((-2 * log(square)) / square)
        this.spare = v * scale
        return u * scale
      }
    }
  }

  /**
   * A Poisson deviate with mean `lambda` >= 0: by multiplying uniforms (Knuth) below 10, by Hörmann's transformed
   * rejection PTRS above (Insurance: Mathematics and Economics 12, 1993).
   */
  poisson(lambda: number): number {
    if (!(lambda >= 0 && lambda <= 1e15)) {
      throw new MillraceError(
        'MILLRACE_STATS_PARAMETER',
        'SeededRandom.poisson',
        `lambda is ${lambda}`,
        'Pass 0 to 1e15',
      )
    }
    if (lambda >= 10) return this.largePoisson(lambda)
    const limit = exp(-lambda)
    let count = 0
    for (let product = this.next(); product > limit; product *= this.next()) count += 1
    return count
  }

  /** The state: five numbers, the last NaN while there is no spare normal deviate. */
  save(): number[] {
    return [this.a, this.b, this.c, this.d, this.spare]
  }

  /** Goes on where the saved source was. */
  load(state: ArrayLike<number>): void {
    this.a = state[0] | 0
    this.b = state[1] | 0
    this.c = state[2] | 0
    this.d = state[3] | 0
    this.spare = state[4]
  }

  private largePoisson(lambda: number): number {
    const logLambda = log(lambda)
    const b = 0.931 + 2.53 * Math.sqrt(lambda)
    const a = -0.059 + 0.02483 * b
    const inverseAlpha = 1.1239 + 1.1328 / (b - 3.4)
    const accepted = 0.9277 - 3.6224 / (b - 2)
    for (;;) {
      const u = this.next() - 0.5
      const v = this.next()
      const us = 0.5 - Math.abs(u)
      const k = Math.floor(((2 * a) / us + b) * u + lambda + 0.43)
      if (us >= 0.07 && v <= accepted) return k
      if (k < 0 || (us < 0.013 && v > us)) continue
      if (log((v * inverseAlpha) / (a / (us * us) + b)) <= k * logLambda - lambda - lgamma(k + 1)) return k
    }
  }
}
