import { exp } from '../../stats/math/exp.ts'
import { log } from '../../stats/math/log.ts'
import { checkOptions, checkParameter } from '../../transforms/check-parameter.ts'
import { LARGEST_NUMBER, type RowLayout, rowLayout } from '../../transforms/row-layout.ts'
import type { RowSchema } from '../../transforms/row-schema.ts'
import { loadSnapshot, saveSnapshot } from '../../transforms/snapshot.ts'
import { checkLabel } from '../check-label.ts'
import { checkTarget } from '../check-target.ts'
import type { Learner, Problem, RunningLearner, Target } from '../learner.ts'
import { bayesState, type BayesState, CELL, FLOOR } from './bayes-state.ts'
import { carriedBayesState } from './carried-bayes-state.ts'
import { learnCodes } from './learn-codes.ts'
import { STEEPEST, stillWaiting } from './still-waiting.ts'

const largest = LARGEST_NUMBER
const problems: readonly Problem[] = Object.freeze(['binary', 'multiclass'] as const)
const ONE_OVER_TAU = 1 / (2 * Math.PI)
const HIGH = 1e100 // a product of densities is taken to its logarithm before it can leave the doubles
const LOW = 1e-100
const CHUNK = 16 // columns between two looks at the product
const STEPS = 64
const QUICK = 20 // up to here FLOOR e^q comes from a table and a cubic, within 2e-10 of itself
const TRUSTED = 0.01 // and is taken while it is less than this share of the peak, so that the sum is within 2e-12

const quick = new Float64Array(QUICK * STEPS + 1)
for (let k = 0; k < quick.length; k++) quick[k] = FLOOR * exp(k / STEPS)

/** Options of Gaussian naive Bayes. */
export interface GaussianNaiveBayesOptions {
  /** Pseudo-count of every code of a category or indicator column (Laplace smoothing), 1e-6 to 1e6. Default 1. */
  readonly smoothing?: number
}

/**
 * Gaussian naive Bayes: the class probabilities under columns that are independent given the class.
 *
 * A number column has a Gaussian a class (variance divided by n - 1; density 0 below two values or without spread; 1e-9
 * added), as River's GaussianNB. A category or indicator column has the smoothed share of the active code within the
 * class, over the codes seen so far and one for those that were not. A missing number is left out. Before the first
 * label all classes are equally likely; a class not seen yet has probability 0. Weights are repetitions. A number column
 * that came later counts once every class seen so far has a spread in it; a later coded column counts from its first code.
 * A row costs columns x classes. Throws MILLRACE_LEARNER_PARAMETER on an option out of range.
 * Source: John & Langley, Estimating continuous distributions in Bayesian classifiers, 1995; variances as in West, 1979.
 */
export function gaussianNaiveBayes(
  options: GaussianNaiveBayesOptions = {},
): Learner<'binary' | 'multiclass', 'number' | 'category'> {
  checkOptions('gaussian-naive-bayes', options, ['smoothing'])
  const range = { min: 1e-6, max: 1e6 }
  const smoothing = checkParameter('gaussian-naive-bayes', 'smoothing', options.smoothing ?? 1, range)
  const parameters = Object.freeze({ smoothing })
  return Object.freeze({
    algorithm: 'gaussian-naive-bayes',
    problems: problems as readonly ('binary' | 'multiclass')[],
    parameters,
    weights: 'repetitions',
    missing: 'ignored',
    build: (schema: RowSchema, target: Target, snapshot?: Uint8Array) => {
      checkTarget('gaussian-naive-bayes', problems, target)
      const state = bayesState(rowLayout(schema), target.classes)
      if (snapshot !== undefined) {
        loadSnapshot(snapshot, 'gaussian-naive-bayes', parameters, schema, state, target)
      }
      return new RunningGaussianNaiveBayes(schema, target, smoothing, state)
    },
    carry: (snapshot: Uint8Array, from: RowSchema, to: RowSchema, target: Target) => {
      const before = bayesState(rowLayout(from), target.classes)
      loadSnapshot(snapshot, 'gaussian-naive-bayes', parameters, from, before, target)
      const state = carriedBayesState(before, from, to, target.classes)
      return saveSnapshot('gaussian-naive-bayes', parameters, to, state, target)
    },
  })
}

class RunningGaussianNaiveBayes implements RunningLearner {
  readonly outputs: number
  private readonly schema: RowSchema
  private readonly target: Target
  private readonly smoothing: number
  private readonly layout: RowLayout
  private readonly state: BayesState
  private readonly exponents: Float64Array // of each class, as `joint` left them
  private isWaiting: boolean // for a column that came later

  constructor(schema: RowSchema, target: Target, smoothing: number, state: BayesState) {
    this.schema = schema
    this.target = target
    this.smoothing = smoothing
    this.outputs = target.classes
    this.layout = rowLayout(schema)
    this.exponents = new Float64Array(target.classes)
    this.state = state
    this.isWaiting = state.waiting.includes(1)
  }

  predict(row: Float64Array, offset: number, out: Float64Array, at: number): void {
    const { classes } = this.state
    const exponents = this.exponents
    let top = -Infinity
    for (let c = 0; c < classes.length; c++) {
      if (classes[c] > LOW) {
        out[at + c] = this.joint(row, offset, c)
        if (exponents[c] > top) top = exponents[c]
      } else out[at + c] = 0
    }
    let sum = 0
    for (let c = 0; c < classes.length; c++) {
      if (out[at + c] > 0 && exponents[c] < top) out[at + c] *= exp(exponents[c] - top)
      sum += out[at + c]
    }
    if (sum > 0) for (let c = 0; c < classes.length; c++) out[at + c] /= sum
    else out.fill(1 / classes.length, at, at + classes.length)
  }

  /** The weight of class `c` times the likelihood of the row in it is what this gives times e^exponents[c]. */
  private joint(row: Float64Array, offset: number, c: number): number {
    const columns = this.layout.numberAt.length
    const exponents = this.exponents
    let product = this.state.classes[c]
    exponents[c] = 0
    for (let from = 0; from < columns; from += CHUNK) {
      const to = from + CHUNK < columns ? from + CHUNK : columns
      const near = this.densitiesNear(row, offset, c, from, to)
      product *= near > 0 ? near : this.densities(row, offset, c, from, to)
      if (product > HIGH || product < LOW) {
        exponents[c] += log(product)
        product = 1
      }
    }
    return this.layout.codeAt.length > 0 ? this.jointOfCodes(row, offset, c, product) : product
  }

  /**
   * The product of the densities of some columns, FLOOR added to each, times e^-exponents[c]; -1 and nothing done where a
   * number lies far from the mean, a density is low, or the product leaves its range.
   *
   * FLOOR + peak e^-q is e^-q (peak + FLOOR e^q). Near the mean the second term is so small that a quick e^q will do, and
   * the e^-q of all columns become one exponential in the end. The loop holds no call, for one would double its time.
   */
  private densitiesNear(row: Float64Array, offset: number, c: number, from: number, to: number): number {
    const numberAt = this.layout.numberAt
    const cells = this.state.cells
    let product = 1
    let exponent = 0
    for (let j = from, cell = (c * numberAt.length + from) * CELL; j < to; j++, cell += CELL) {
      const value = row[offset + numberAt[j]]
      if (!(Math.abs(value) <= largest)) continue
      const distance = value - cells[cell + 1]
      const q = distance * distance * cells[cell + 3]
      if (!(q < QUICK)) return -1
      const k = (q * STEPS + 0.5) | 0
      const r = q - k * (1 / STEPS)
      const small = quick[k] * (1 + r * (1 + r * (0.5 + r * (1 / 6))))
      const peak = cells[cell + 4]
      if (small > peak * TRUSTED) {
        if (peak > 0) return -1
        product *= FLOOR
        continue
      }
      exponent += q
      product *= peak + small
    }
    if (!(product > LOW && product < HIGH)) return -1
    this.exponents[c] -= exponent
    return product
  }

  /** The same for any numbers, column by column. */
  private densities(row: Float64Array, offset: number, c: number, from: number, to: number): number {
    const numberAt = this.layout.numberAt
    const cells = this.state.cells
    let product = 1
    for (let j = from, cell = (c * numberAt.length + from) * CELL; j < to; j++, cell += CELL) {
      const value = row[offset + numberAt[j]]
      if (!(Math.abs(value) <= largest)) continue
      const distance = value - cells[cell + 1]
      product *= FLOOR + exp(-distance * distance * cells[cell + 3]) * cells[cell + 4]
      if (product > HIGH || product < LOW) {
        this.exponents[c] += log(product)
        product = 1
      }
    }
    return product
  }

  private jointOfCodes(row: Float64Array, offset: number, c: number, numbers: number): number {
    const { codeAt, codeSize, codeBase, codeSlots } = this.layout
    const { classes, codes, seen, earlier } = this.state
    const { smoothing, exponents } = this
    const first = c * codeAt.length
    let product = numbers
    let j = 0
    for (;;) {
      for (; j < codeAt.length && product > LOW; j++) {
        const code = row[offset + codeAt[j]] | 0
        const slot = c * codeSlots + codeBase[j] + (code >>> 0 < codeSize[j] ? code : 0)
        product *= (codes[slot] + smoothing) / (classes[c] - earlier[first + j] + smoothing * (seen[j] + 1))
      }
      if (product > LOW) return product
      exponents[c] += log(product)
      product = 1
    }
  }

  learn(row: Float64Array, offset: number, label: number, weight: number): void {
    if (!checkLabel(this.target, label, weight)) return
    this.state.classes[label] += weight
    this.learnNumbers(row, offset, label, weight)
    if (this.isWaiting) this.isWaiting = stillWaiting(this.state, label)
    const { layout, state } = this
    if (layout.codeAt.length > 0) learnCodes(layout, state.codes, state.seen, 0, row, offset, label, weight)
  }

  private learnNumbers(row: Float64Array, offset: number, label: number, weight: number): void {
    const { numberAt } = this.layout
    const { cells } = this.state
    let count = 0
    let share = 0
    for (let j = 0, cell = label * numberAt.length * CELL; j < numberAt.length; j++, cell += CELL) {
      const value = row[offset + numberAt[j]]
      if (!(Math.abs(value) <= largest)) continue
      if (cells[cell] + weight !== count) {
        count = cells[cell] + weight // the same for every column while none was missing: one division for all
        share = weight / count
      }
      const before = value - cells[cell + 1]
      const mean = cells[cell + 1] + share * before
      const squares = cells[cell + 2] + weight * before * (value - mean)
      const precision = (count - 1) / squares
      cells[cell] = count
      cells[cell + 1] = mean
      cells[cell + 2] = squares
      if (precision > 0 && precision < STEEPEST) {
        cells[cell + 3] = precision * 0.5
        cells[cell + 4] = Math.sqrt(precision * ONE_OVER_TAU)
      } else {
        cells[cell + 3] = 0
        cells[cell + 4] = 0
      }
    }
  }

  predictThenLearn(
    row: Float64Array,
    offset: number,
    label: number,
    weight: number,
    out: Float64Array,
    at: number,
  ): void {
    this.predict(row, offset, out, at)
    this.learn(row, offset, label, weight)
  }

  save(): Uint8Array {
    const parameters = { smoothing: this.smoothing }
    return saveSnapshot('gaussian-naive-bayes', parameters, this.schema, this.state, this.target)
  }

  clone(): RunningLearner {
    const state = bayesState(this.layout, this.target.classes)
    for (const name of Object.keys(state) as (keyof BayesState)[]) state[name].set(this.state[name])
    return new RunningGaussianNaiveBayes(this.schema, this.target, this.smoothing, state)
  }

  byteSize(): number {
    let bytes = 0
    for (const array of Object.values(this.state)) bytes += array.byteLength
    return bytes
  }
}
