import { log } from '../../stats/math/log.ts'
import { checkOptions } from '../../transforms/check-parameter.ts'
import type { RowLayout } from '../../transforms/row-layout.ts'
import type { Learner } from '../learner.ts'
import type { CountState } from './count-state.ts'
import { checkSmoothing, countingLearner } from './counting-learner.ts'
import { TermRule } from './term-rule.ts'

/** Options of multinomial naive Bayes. */
export interface MultinomialNaiveBayesOptions {
  /** Pseudo-count of every term (Laplace smoothing), 1e-6 to 1e6. Default 1. */
  readonly smoothing?: number
}

/**
 * Multinomial naive Bayes: the class probabilities of rows of counts, such as how often each word stands in a text.
 *
 * A number column is a term and its number how often the term came; every code of a category or indicator column is a
 * term that comes once. A class gives a term the smoothed share that it has of all that came in rows of the class, over
 * the terms seen so far, as River's MultinomialNB. A missing number is left out, and a negative one is missing: it
 * counts nothing. Before the first label all classes are equally likely; a class not seen yet has probability 0.
 * Weights are repetitions. A column that came later counts from its first row on. A row costs columns x classes. Throws
 * MILLRACE_LEARNER_PARAMETER on an option out of range.
 * Source: McCallum & Nigam, A comparison of event models for naive Bayes text classification, 1998.
 */
export function multinomialNaiveBayes(
  options: MultinomialNaiveBayesOptions = {},
): Learner<'binary' | 'multiclass', 'number' | 'category'> {
  checkOptions('multinomial-naive-bayes', options, ['smoothing'])
  const smoothing = checkSmoothing('multinomial-naive-bayes', options.smoothing)
  return countingLearner({
    algorithm: 'multinomial-naive-bayes',
    parameters: Object.freeze({ smoothing }),
    missing: 'ignored',
    usesPrior: true,
    rule: (layout, state) => new MultinomialRule(layout, state, smoothing),
  })
}

class MultinomialRule extends TermRule {
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
    const all = smoothing * terms[0]
    for (let c = 0; c < classes.length; c++) {
      const total = within[c * seen.length + column] + all
      out[to + c] += times * log((counts[at + c * stride] + smoothing) / total)
    }
  }
}
