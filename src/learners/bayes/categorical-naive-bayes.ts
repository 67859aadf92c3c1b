import { log } from '../../stats/math/log.ts'
import { checkOptions } from '../../transforms/check-parameter.ts'
import type { RowLayout } from '../../transforms/row-layout.ts'
import { checkNoNumbers } from '../check-target.ts'
import type { Learner } from '../learner.ts'
import type { CountState } from './count-state.ts'
import { checkSmoothing, countingLearner, type CountRule } from './counting-learner.ts'
import { learnCodes } from './learn-codes.ts'

/** Options of categorical naive Bayes. */
export interface CategoricalNaiveBayesOptions {
  /** Pseudo-count of every code of a category (Laplace smoothing), 1e-6 to 1e6. Default 1. */
  readonly smoothing?: number
}

const LOW = 1e-100 // a product of shares is taken to its logarithm before it can leave the doubles

/**
 * Categorical naive Bayes: the class probabilities under categories that are independent given the class.
 *
 * A column has the smoothed share of its active code within the class, over the codes seen so far and one for those
 * that were not, as scikit-learn's CategoricalNB and the coded columns of Gaussian naive Bayes. It takes no number
 * columns. Before the first label all classes are equally likely; a class not seen yet has probability 0. Weights are
 * repetitions. A column that came later counts from its first row on. A row costs columns x classes. Throws
 * MILLRACE_LEARNER_PARAMETER on an option out of range, MILLRACE_LEARNER_SCHEMA on a number column.
 * Source: Duda & Hart, Pattern classification and scene analysis, 1973, for discrete features; smoothing as in
 * Lidstone, 1920.
 */
export function categoricalNaiveBayes(
  options: CategoricalNaiveBayesOptions = {},
): Learner<'binary' | 'multiclass', 'category'> {
  checkOptions('categorical-naive-bayes', options, ['smoothing'])
  const smoothing = checkSmoothing('categorical-naive-bayes', options.smoothing)
  return countingLearner({
    algorithm: 'categorical-naive-bayes',
    parameters: Object.freeze({ smoothing }),
    missing: 'a missing category is a category of its own',
    usesPrior: true,
    check: checkNoNumbers,
    rule: (layout, state) => new CategoricalRule(layout, state, smoothing),
  })
}

class CategoricalRule implements CountRule {
  private readonly layout: RowLayout
  private readonly state: CountState
  private readonly smoothing: number

  constructor(layout: RowLayout, state: CountState, smoothing: number) {
    this.layout = layout
    this.state = state
    this.smoothing = smoothing
  }

  addLogLikelihoods(row: Float64Array, offset: number, out: Float64Array, at: number): void {
    const { codeAt, codeSize, codeBase, codeSlots } = this.layout
    const { classes, within, codes, seen } = this.state
    const { smoothing } = this
    for (let c = 0; c < classes.length; c++) {
      let product = 1
      for (let j = 0; j < codeAt.length; j++) {
        if (seen[j] === 0) continue
        const code = row[offset + codeAt[j]] | 0
        const slot = c * codeSlots + codeBase[j] + (code >>> 0 < codeSize[j] ? code : 0)
        product *= (codes[slot] + smoothing) / (within[c * codeAt.length + j] + smoothing * (seen[j] + 1))
        if (product > LOW) continue
        out[at + c] += log(product)
        product = 1
      }
      out[at + c] += log(product)
    }
  }

  learn(row: Float64Array, offset: number, label: number, weight: number): void {
    const { within, codes, seen } = this.state
    learnCodes(this.layout, codes, seen, 0, row, offset, label, weight)
    const first = label * seen.length
    for (let j = 0; j < seen.length; j++) within[first + j] += weight
  }
}
