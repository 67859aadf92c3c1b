import { log } from '../../stats/math/log.ts'
import { checkOptions, checkParameter } from '../../transforms/check-parameter.ts'
import { LARGEST_NUMBER, type RowLayout } from '../../transforms/row-layout.ts'
import type { Learner } from '../learner.ts'
import type { CountState } from './count-state.ts'
import { checkSmoothing, countingLearner, type CountRule } from './counting-learner.ts'
import { learnCodes } from './learn-codes.ts'

/** Options of Bernoulli naive Bayes. */
export interface BernoulliNaiveBayesOptions {
  /** Pseudo-count of true and of false (Laplace smoothing), 1e-6 to 1e6. Default 1. */
  readonly smoothing?: number
  /** A number above it is true. Default 0. */
  readonly threshold?: number
}

const largest = LARGEST_NUMBER
const LOW = 1e-100 // a product of shares is taken to its logarithm before it can leave the doubles

/**
 * Bernoulli naive Bayes: the class probabilities under facts, true or false, that are independent given the class.
 *
 * A number column is a fact, true above the threshold; every code of a category or indicator column is a fact, and all
 * but the active one are false. A class gives a fact the smoothed share of its rows in which it was true, as
 * scikit-learn's BernoulliNB, over the codes seen so far. A missing number is left out. Before the first label all
 * classes are equally likely; a class not seen yet has probability 0. Weights are repetitions. A column that came later
 * counts from its first row on. To predict costs columns x classes, to learn as much as there are codes. Throws
 * MILLRACE_LEARNER_PARAMETER on an option out of range.
 * Source: McCallum & Nigam, A comparison of event models for naive Bayes text classification, 1998.
 */
export function bernoulliNaiveBayes(
  options: BernoulliNaiveBayesOptions = {},
): Learner<'binary' | 'multiclass', 'number' | 'category'> {
  const algorithm = 'bernoulli-naive-bayes'
  checkOptions(algorithm, options, ['smoothing', 'threshold'])
  const smoothing = checkSmoothing(algorithm, options.smoothing)
  const threshold = checkParameter(algorithm, 'threshold', options.threshold ?? 0, { min: -largest, max: largest })
  return countingLearner({
    algorithm,
    parameters: Object.freeze({ smoothing, threshold }),
    missing: 'ignored',
    usesPrior: true,
    rule: (layout, state) => new BernoulliRule(layout, state, smoothing, threshold),
  })
}

class BernoulliRule implements CountRule {
  private readonly layout: RowLayout
  private readonly state: CountState
  private readonly smoothing: number
  private readonly threshold: number
  /** Class by class: the logarithm of the chance that no code of a coded column is true, made of the counts alone. */
  private readonly none: Float64Array
  /** Which codes were true in any class: these are the facts known of a coded column. */
  private readonly isKnown: Uint8Array
  /** Their slots, those of a column from where its codes begin. */
  private readonly known: Int32Array

  constructor(layout: RowLayout, state: CountState, smoothing: number, threshold: number) {
    this.layout = layout
    this.state = state
    this.smoothing = smoothing
    this.threshold = threshold
    this.none = new Float64Array(state.classes.length * layout.codeAt.length)
    this.isKnown = new Uint8Array(layout.codeSlots)
    this.known = new Int32Array(layout.codeSlots)
    this.setKnown()
  }

  addLogLikelihoods(row: Float64Array, offset: number, out: Float64Array, at: number): void {
    const { numberAt, codeAt, codeSize, codeBase, codeSlots } = this.layout
    const { classes, within, numbers, codes, seen } = this.state
    const { smoothing, threshold, none, isKnown } = this
    const width = numberAt.length
    for (let c = 0; c < classes.length; c++) {
      const first = c * seen.length
      let product = 1
      for (let j = 0; j < width; j++) {
        const value = row[offset + numberAt[j]]
        if (!(Math.abs(value) <= largest) || seen[j] === 0) continue
        const rows = within[first + j]
        const agree = value > threshold ? numbers[c * width + j] : rows - numbers[c * width + j]
        product *= (agree + smoothing) / (rows + 2 * smoothing)
        if (product > LOW) continue
        out[at + c] += log(product)
        product = 1
      }
      for (let j = 0; j < codeAt.length; j++) {
        if (seen[width + j] === 0) continue
        out[at + c] += none[c * codeAt.length + j]
        const code = row[offset + codeAt[j]] | 0
        const slot = codeBase[j] + (code >>> 0 < codeSize[j] ? code : 0)
        if (isKnown[slot] === 0) continue
        const count = codes[c * codeSlots + slot]
        product *= (count + smoothing) / (within[first + width + j] - count + smoothing)
        if (product > LOW && product < 1 / LOW) continue
        out[at + c] += log(product)
        product = 1
      }
      out[at + c] += log(product)
    }
  }

  learn(row: Float64Array, offset: number, label: number, weight: number): void {
    const { numberAt } = this.layout
    const { within, numbers, codes, seen } = this.state
    const width = numberAt.length
    const first = label * seen.length
    for (let j = 0; j < width; j++) {
      const value = row[offset + numberAt[j]]
      if (!(Math.abs(value) <= largest)) continue
      seen[j] = 1
      within[first + j] += weight
      if (value > this.threshold) numbers[label * width + j] += weight
    }
    const added = learnCodes(this.layout, codes, seen, width, row, offset, label, weight)
    for (let j = width; j < seen.length; j++) within[first + j] += weight
    if (added === 0) this.setNone(label)
    else this.setKnown()
  }

  private setKnown(): void {
    const { codeAt, codeSize, codeBase, codeSlots } = this.layout
    const { classes, codes } = this.state
    const { isKnown, known } = this
    for (let j = 0; j < codeAt.length; j++) {
      let count = codeBase[j]
      for (let slot = codeBase[j]; slot < codeBase[j] + codeSize[j]; slot++) {
        for (let at = slot; at < codes.length; at += codeSlots) if (codes[at] > 0) isKnown[slot] = 1
        if (isKnown[slot] === 1) known[count++] = slot
      }
    }
    for (let c = 0; c < classes.length; c++) this.setNone(c)
  }

  private setNone(c: number): void {
    const { numberAt, codeAt, codeBase, codeSlots } = this.layout
    const { within, codes, seen } = this.state
    const { known, smoothing } = this
    for (let j = 0; j < codeAt.length; j++) {
      const column = numberAt.length + j
      const rows = within[c * seen.length + column]
      const share = 1 / (rows + 2 * smoothing)
      let sum = 0
      let product = 1
      for (let k = codeBase[j]; k < codeBase[j] + seen[column]; k++) {
        product *= (rows - codes[c * codeSlots + known[k]] + smoothing) * share
        if (product > LOW) continue
        sum += log(product)
        product = 1
      }
      this.none[c * codeAt.length + j] = sum + log(product)
    }
  }
}
