/** A seeded stream as the golden scripts define it: the same doubles in Python and here. */
export interface GoldenStream {
  readonly name: string
  readonly seed: number
  readonly segments: readonly (readonly ['bernoulli' | 'uniform', number, number, number])[]
}

/** The values of a golden stream, by Numerical Recipes' linear congruential generator ranqd1. */
export function goldenValues({ seed, segments }: GoldenStream): Float64Array {
  const all = new Float64Array(segments.reduce((sum, [, length]) => sum + length, 0))
  let state = seed
  let at = 0
  for (const [kind, length, a, b] of segments) {
    for (let i = 0; i < length; i++) {
      state = (Math.imul(1664525, state) + 1013904223) >>> 0
      const u = state / 2 ** 32
      all[at++] = kind === 'bernoulli' ? Number(u < a) : a + (b - a) * u
    }
  }
  return all
}
