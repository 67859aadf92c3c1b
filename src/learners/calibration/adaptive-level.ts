import { exp } from '../../stats/math/exp.ts'
import { log } from '../../stats/math/log.ts'

/** The labels over which the choice among step sizes is to be as good as the best: Gibbs & Candès take 500. */
const HORIZON = 500

/**
 * The share of labels that sets and intervals have to aim at missing, so that they do miss `alpha` of them whatever the
 * labels do: one share a step size, each moved down when it missed and up when not, and their mean by how well each did
 * lately (dynamically tuned adaptive conformal inference: Gibbs & Candès, JMLR 25, 2024). With one step size it is
 * adaptive conformal inference (Gibbs & Candès, NeurIPS 2021).
 */
export class AdaptiveLevel {
  /** A share a step size, then a weight a step size. */
  private readonly state: Float64Array
  private readonly alpha: number
  private readonly steps: Float64Array
  private readonly learning: number // of the weights

  constructor(state: Float64Array, alpha: number, steps: readonly number[]) {
    this.state = state
    this.alpha = alpha
    this.steps = Float64Array.from(steps)
    const a = alpha
    const variance = (1 - a) * (1 - a) * a * a * a + a * a * (1 - a) * (1 - a) * (1 - a)
    this.learning = Math.sqrt((3 / HORIZON) * ((log(steps.length * HORIZON) + 2) / variance))
  }

  /** The state before the first label. */
  static state(alpha: number, steps: readonly number[]): Float64Array {
    return new Float64Array(2 * steps.length).fill(alpha, 0, steps.length).fill(1 / steps.length, steps.length)
  }

  /** The share to aim at now; it may lie outside of [0, 1]. */
  get level(): number {
    const { state, steps } = this
    let mean = 0
    for (let i = 0; i < steps.length; i++) mean += state[steps.length + i] * state[i]
    return mean
  }

  /** Takes the largest share at which the label would still have been inside, in [0, 1]: it is missed from there on. */
  update(reached: number): void {
    const { state, steps, alpha, learning } = this
    const count = steps.length
    let sum = 0
    for (let i = 0; i < count; i++) {
      const distance = reached - state[i]
      state[count + i] *= exp(-learning * (distance > 0 ? alpha * distance : (alpha - 1) * distance))
      sum += state[count + i]
      state[i] += steps[i] * (state[i] >= reached ? alpha - 1 : alpha)
    }
    const shared = 1 / (2 * HORIZON)
    for (let i = 0; i < count; i++) state[count + i] = (1 - shared) * (state[count + i] / sum) + shared / count
  }
}
