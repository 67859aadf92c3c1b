import { LARGEST_NUMBER, type RowLayout } from '../../transforms/row-layout.ts'
import type { CountState } from './count-state.ts'
import type { CountRule } from './counting-learner.ts'
import { learnCodes } from './learn-codes.ts'

const largest = LARGEST_NUMBER

/**
 * Rows as terms that come so many times: a number column is a term, each code of a coded column is a term that comes
 * once.
 */
export abstract class TermRule implements CountRule {
  protected readonly layout: RowLayout
  protected readonly state: CountState

  constructor(layout: RowLayout, state: CountState) {
    this.layout = layout
    this.state = state
  }

  /**
   * Adds to the classes from `out[to]` on what a term of a column says that came so many times; class `c` has
   * `counts[at + c * stride]` of it.
   */
  protected abstract addTerm(
    column: number,
    counts: Float64Array,
    at: number,
    stride: number,
    times: number,
    out: Float64Array,
    to: number,
  ): void

  addLogLikelihoods(row: Float64Array, offset: number, out: Float64Array, at: number): void {
    const { numberAt, codeAt, codeSize, codeBase, codeSlots } = this.layout
    const { numbers, codes, seen } = this.state
    const width = numberAt.length
    for (let j = 0; j < width; j++) {
      const times = row[offset + numberAt[j]]
      if (times > 0 && times <= largest && seen[j] > 0) this.addTerm(j, numbers, j, width, times, out, at)
    }
    for (let j = 0; j < codeAt.length; j++) {
      if (seen[width + j] === 0) continue
      const code = row[offset + codeAt[j]] | 0
      const slot = codeBase[j] + (code >>> 0 < codeSize[j] ? code : 0)
      this.addTerm(width + j, codes, slot, codeSlots, 1, out, at)
    }
  }

  learn(row: Float64Array, offset: number, label: number, weight: number): void {
    const { numberAt, codeAt } = this.layout
    const { within, numbers, codes, seen, terms } = this.state
    const width = numberAt.length
    let all = codeAt.length
    for (let j = 0; j < width; j++) {
      const times = row[offset + numberAt[j]]
      if (!(times >= 0 && times <= largest)) continue
      all += times
      numbers[label * width + j] += weight * times
      if (seen[j] === 0) {
        seen[j] = 1
        terms[0]++
      }
    }
    terms[0] += learnCodes(this.layout, codes, seen, width, row, offset, label, weight)
    const first = label * seen.length
    for (let j = 0; j < seen.length; j++) if (seen[j] > 0) within[first + j] += weight * all
  }
}
