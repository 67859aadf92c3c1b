import { exp } from '../../stats/math/exp.ts'
import { LARGEST_NUMBER } from '../../transforms/row-layout.ts'
import { checkLabel } from '../check-label.ts'
import type { RunningLearner } from '../learner.ts'
import { type CompositeDescription, RunningComposite } from './running-composite.ts'

const largest = LARGEST_NUMBER
const MEMORY = 10_000 // distances over which the usual one is taken

/** An exponentially weighted average at work. Its state: how many distances were taken and their mean square, then the weights. */
export class RunningAverage extends RunningComposite {
  private readonly rates: { readonly learningRate: number; readonly share: number }
  private readonly losses: Float64Array

  constructor(
    of: CompositeDescription,
    parts: readonly RunningLearner[],
    state: Float64Array,
    rates: RunningAverage['rates'],
  ) {
    super(of, parts, state)
    this.rates = rates
    this.losses = new Float64Array(parts.length)
  }

  static state(learners: number): Float64Array {
    return new Float64Array(2 + learners).fill(1 / learners, 2)
  }

  predict(row: Float64Array, offset: number, out: Float64Array, at: number): void {
    const { parts, said, outputs } = this
    for (let i = 0; i < parts.length; i++) parts[i].predict(row, offset, said, i * outputs)
    this.average(out, at)
  }

  learn(row: Float64Array, offset: number, label: number, weight: number): void {
    if (!checkLabel(this.of.target, label, weight)) return
    const { parts, said, outputs } = this
    for (let i = 0; i < parts.length; i++) parts[i].predictThenLearn(row, offset, label, weight, said, i * outputs)
    this.reweigh(label, weight)
  }

  predictThenLearn(
    row: Float64Array,
    offset: number,
    label: number,
    weight: number,
    out: Float64Array,
    at: number,
  ): void {
    if (!checkLabel(this.of.target, label, weight)) return this.predict(row, offset, out, at)
    const { parts, said, outputs } = this
    for (let i = 0; i < parts.length; i++) parts[i].predictThenLearn(row, offset, label, weight, said, i * outputs)
    this.average(out, at)
    this.reweigh(label, weight)
  }

  private average(out: Float64Array, at: number): void {
    const { parts, said, state, outputs } = this
    out.fill(0, at, at + outputs)
    for (let i = 0; i < parts.length; i++) {
      for (let c = 0; c < outputs; c++) out[at + c] += state[2 + i] * said[i * outputs + c]
    }
  }

  private reweigh(label: number, weight: number): void {
    const { losses, state } = this
    const { learningRate, share } = this.rates
    if (this.of.target.problem === 'regression') this.takeDistances(label)
    else this.takeErrors(label)
    let least = Infinity
    for (let i = 0; i < losses.length; i++) if (losses[i] < least) least = losses[i]
    let sum = 0
    for (let i = 0; i < losses.length; i++) {
      state[2 + i] *= exp(-learningRate * weight * (losses[i] - least))
      sum += state[2 + i]
    }
    // The best may have had no weight left to keep.
    for (let i = 0; i < losses.length; i++) {
      const kept = sum > 0 ? state[2 + i] / sum : 1 / losses.length
      state[2 + i] = (1 - share) * kept + share / losses.length
    }
  }

  private takeErrors(label: number): void {
    const { losses, said, outputs } = this
    for (let i = 0; i < losses.length; i++) {
      let sum = 0
      for (let c = 0; c < outputs; c++) {
        const gap = said[i * outputs + c] - (c === label ? 1 : 0)
        sum += gap * gap
      }
      losses[i] = sum * 0.5
    }
  }

  private takeDistances(label: number): void {
    const { losses, said, state } = this
    const value = label > largest ? largest : label < -largest ? -largest : label
    for (let i = 0; i < losses.length; i++) {
      const gap = Math.min(Math.abs(said[i] - value), largest)
      const square = gap * gap
      if (state[0] < MEMORY) state[0]++
      state[1] += (square - state[1]) / state[0]
      losses[i] = square > 0 ? square / (square + state[1]) : 0
    }
  }

  protected over(parts: readonly RunningLearner[], state: Float64Array): RunningLearner {
    return new RunningAverage(this.of, parts, state, this.rates)
  }
}
