import { exp } from '../../stats/math/exp.ts'

/** Writes the probabilities of false and of true at a margin: 1 / (1 + e^margin) and 1 / (1 + e^-margin), both without cancellation. */
export function sigmoidInto(margin: number, out: Float64Array, at: number): void {
  const small = exp(margin > 0 ? -margin : margin)
  const near = 1 / (1 + small)
  const far = small * near // 1 - near without cancellation
  out[at] = margin > 0 ? far : near
  out[at + 1] = margin > 0 ? near : far
}
