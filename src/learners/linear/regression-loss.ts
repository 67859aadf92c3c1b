import { MillraceError } from '../../errors.ts'
import { exp } from '../../stats/math/exp.ts'
import { checkParameter } from '../../transforms/check-parameter.ts'

/**
 * The loss of a linear regression: squared; absolute; Huber's (1964), squared up to an error of its size and straight
 * beyond; that of a quantile (Koenker & Bassett 1978); Poisson's for counts, whose prediction is e to the weighted sum;
 * or straight with errors up to a size for nothing (Vapnik 1995).
 */
export type RegressionLoss =
  | 'squared'
  | 'absolute'
  | 'poisson'
  | { readonly huber: number }
  | { readonly quantile: number }
  | { readonly epsilonInsensitive: number }

const HIGHEST = 700 // of a weighted sum under Poisson loss: e to more than that is infinite

/** Checks a loss. Throws MILLRACE_LEARNER_PARAMETER. */
export function checkRegressionLoss(algorithm: string, loss: RegressionLoss): RegressionLoss {
  if (loss === 'squared' || loss === 'absolute' || loss === 'poisson') return loss
  const [name, value] = Object.entries(loss ?? {})[0] ?? []
  if (name === 'huber') {
    return Object.freeze({ huber: checkParameter(algorithm, 'loss, huber', value, { min: 0, max: 1e12, above: true }) })
  }
  if (name === 'quantile') {
    const range = { min: 0, max: 1 - 1e-9, above: true }
    return Object.freeze({ quantile: checkParameter(algorithm, 'loss, quantile', value, range) })
  }
  if (name === 'epsilonInsensitive') {
    const range = { min: 0, max: 1e12 }
    return Object.freeze({ epsilonInsensitive: checkParameter(algorithm, 'loss, epsilonInsensitive', value, range) })
  }
  throw new MillraceError(
    'MILLRACE_LEARNER_PARAMETER',
    `${algorithm}, loss`,
    `${JSON.stringify(loss)} is not a choice`,
    "Give 'squared', 'absolute', 'poisson', { huber: 1 }, { quantile: 0.9 } or { epsilonInsensitive: 0.1 }",
  )
}

/** A loss ready to be worked with: what it predicts at a margin, and its derivative by the margin. */
export class RegressionLink {
  private readonly kind: 'squared' | 'poisson' | 'huber' | 'straight'
  private readonly size: number
  private readonly below: number
  private readonly above: number

  constructor(loss: RegressionLoss) {
    this.kind = 'straight'
    this.size = 0
    this.below = -1
    this.above = 1
    if (loss === 'squared' || loss === 'poisson') this.kind = loss
    else if (loss === 'absolute') return
    else if ('huber' in loss) {
      this.kind = 'huber'
      this.size = loss.huber
    } else if ('quantile' in loss) {
      this.below = -loss.quantile
      this.above = 1 - loss.quantile
    } else this.size = loss.epsilonInsensitive
  }

  /** Whether only labels of 0 or more make sense. */
  get counts(): boolean {
    return this.kind === 'poisson'
  }

  predict(margin: number): number {
    return this.kind === 'poisson' ? exp(margin < HIGHEST ? margin : HIGHEST) : margin
  }

  gradient(margin: number, label: number): number {
    if (this.kind === 'squared') return 2 * (margin - label)
    const error = this.predict(margin) - label
    if (this.kind === 'poisson') return error
    if (this.kind === 'huber') return error > this.size ? this.size : error < -this.size ? -this.size : error
    if (error > this.size) return this.above
    return error < -this.size ? this.below : 0
  }
}
