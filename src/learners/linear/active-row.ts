import { LARGEST_NUMBER, type RowLayout } from '../../transforms/row-layout.ts'

const largest = LARGEST_NUMBER

/**
 * The slots of a linear model that a row touches, and what it puts there: the intercept (slot 0, always 1), the numbers
 * that are not missing, and a 1 for each code. What is written here once, every loop of a rule reads.
 */
export class ActiveRow {
  /** How many slots the row touches; the first is the intercept. */
  count = 0
  readonly slots: Int32Array
  readonly values: Float64Array
  /** Where in the row each came from; -1 for the intercept. */
  readonly columns: Int32Array
  private readonly layout: RowLayout
  private readonly codeSlot: Int32Array

  constructor(layout: RowLayout) {
    const most = 1 + layout.numberAt.length + layout.codeAt.length
    this.slots = new Int32Array(most)
    this.values = new Float64Array(most)
    this.columns = new Int32Array(most).fill(-1)
    this.values[0] = 1
    this.layout = layout
    this.codeSlot = layout.codeBase.map((base) => 1 + layout.numberAt.length + base)
  }

  /** Reads a row. */
  fill(row: Float64Array, offset: number): void {
    const { numberAt, codeAt, codeSize } = this.layout
    const { slots, values, columns, codeSlot } = this
    let count = 1
    for (let j = 0; j < numberAt.length; j++) {
      const value = row[offset + numberAt[j]]
      if (!(Math.abs(value) <= largest)) continue
      slots[count] = 1 + j
      values[count] = value
      columns[count++] = numberAt[j]
    }
    for (let j = 0; j < codeAt.length; j++) {
      const code = row[offset + codeAt[j]] | 0
      slots[count] = codeSlot[j] + (code >>> 0 < codeSize[j] ? code : 0)
      values[count] = 1
      columns[count++] = codeAt[j]
    }
    this.count = count
  }
}
