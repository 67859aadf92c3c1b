import { log } from '../../stats/math/log.ts'
import { checkOptions } from '../../transforms/check-parameter.ts'
import type { RowLayout } from '../../transforms/row-layout.ts'
import type { Learner } from '../learner.ts'
import type { CountState } from './count-state.ts'
import { checkSmoothing, countingLearner } from './counting-learner.ts'
import { TermRule } from './term-rule.ts'

/** Options of complement naive Bayes. */
export interface ComplementNaiveBayesOptions {
  /** Pseudo-count of every term (Laplace smoothing), 1e-6 to 1e6. Default 1. */
  readonly smoothing?: number
}

/**
 * Complement naive Bayes: the class for whose opposite the terms of a row are least likely; for counts, where one class
 * is seen much more often than another.
 *
 * Terms are those of multinomial naive Bayes. The weight of a term for a class is minus the logarithm of its smoothed
 * share in the rows of all other classes, and the class's own frequency plays no part, as in River's ComplementNB. The
 * outputs are the sums of the weights made to add up to 1: they order the classes and are no calibrated probabilities.
 * A missing number is left out, and a negative one is missing: it counts nothing. Before the first label all classes
 * are equally likely; a class not seen yet has probability 0. Weights are repetitions. A column that came later counts
 * from its first row on. A row costs columns x classes. Throws MILLRACE_LEARNER_PARAMETER on an option out of range.
 * Source: Rennie et al., Tackling the poor assumptions of naive Bayes text classifiers, 2003.
 */
export function complementNaiveBayes(
  options: ComplementNaiveBayesOptions = {},
): Learner<'binary' | 'multiclass', 'number' | 'category'> {
  checkOptions('complement-naive-bayes', options, ['smoothing'])
  const smoothing = checkSmoothing('complement-naive-bayes', options.smoothing)
  return countingLearner({
    algorithm: 'complement-naive-bayes',
    parameters: Object.freeze({ smoothing }),
    missing: 'ignored',
    usesPrior: false,
    rule: (layout, state) => new ComplementRule(layout, state, smoothing),
  })
}

class ComplementRule extends TermRule {
  private readonly smoothing: number

  constructor(layout: RowLayout, state: CountState, smoothing: number) {
    super(layout, state)
    this.smoothing = smoothing
  }

  protected addTerm(
    column: number,
    counts: Float64Array,
    at: number,
    stride: number,
    times: number,
    out: Float64Array,
    to: number,
  ): void {
    const { classes, within, seen, terms } = this.state
    const { smoothing } = this
    let count = 0
    let total = 0
    for (let c = 0; c < classes.length; c++) {
      count += counts[at + c * stride]
      total += within[c * seen.length + column]
    }
    const all = smoothing * terms[0]
    for (let c = 0; c < classes.length; c++) {
      const others = count - counts[at + c * stride] + smoothing
      out[to + c] -= times * log(others / (total - within[c * seen.length + column] + all))
    }
  }
}
