import { carriedColumns } from '../../transforms/carried-columns.ts'
import { type RowLayout, rowLayout } from '../../transforms/row-layout.ts'
import type { RowSchema } from '../../transforms/row-schema.ts'

/** What the naive Bayes learners that count know. A column is a number column or, after those, a coded one. */
export type CountState = {
  /** Sum of weights a class. */
  readonly classes: Float64Array
  /**
   * Class by class, column by column: the sum that the column's counts are shares of, of the rows that had the column.
   */
  readonly within: Float64Array
  /** Class by class: the count of every number column. */
  readonly numbers: Float64Array
  /** Class by class: the count of every code of every coded column. */
  readonly codes: Float64Array
  /** Terms seen in any class, a column: a number is one, each code is one. */
  readonly seen: Float64Array
  /** Terms seen in all columns, those that are gone too; only where terms share one sum. */
  readonly terms: Float64Array
}

/** The state before the first row. */
export function countState(layout: RowLayout, classes: number): CountState {
  const columns = layout.numberAt.length + layout.codeAt.length
  return {
    classes: new Float64Array(classes),
    within: new Float64Array(classes * columns),
    numbers: new Float64Array(classes * layout.numberAt.length),
    codes: new Float64Array(classes * layout.codeSlots),
    seen: new Float64Array(columns),
    terms: new Float64Array(1),
  }
}

/** A state over rows of `from` as one over rows of `to`. A new column has seen no term, so that it says nothing yet. */
export function carriedCountState(before: CountState, from: RowSchema, to: RowSchema, classes: number): CountState {
  const [old, now] = [rowLayout(from), rowLayout(to)]
  const positions = carriedColumns(from, to)
  const state = countState(now, classes)
  state.classes.set(before.classes)
  state.terms.set(before.terms)
  const [columns, oldColumns] = [state.seen.length, before.seen.length]
  now.numberAt.forEach((position, j) => {
    const k = old.numberAt.indexOf(positions[position])
    if (k < 0) return
    state.seen[j] = before.seen[k]
    for (let c = 0; c < classes; c++) {
      state.within[c * columns + j] = before.within[c * oldColumns + k]
      state.numbers[c * now.numberAt.length + j] = before.numbers[c * old.numberAt.length + k]
    }
  })
  now.codeAt.forEach((position, i) => {
    const k = old.codeAt.indexOf(positions[position])
    if (k < 0) return
    const [j, oldJ] = [now.numberAt.length + i, old.numberAt.length + k]
    state.seen[j] = before.seen[oldJ]
    for (let c = 0; c < classes; c++) {
      state.within[c * columns + j] = before.within[c * oldColumns + oldJ]
      const source = c * old.codeSlots + old.codeBase[k]
      const codes = before.codes.subarray(source, source + now.codeSize[i])
      state.codes.set(codes, c * now.codeSlots + now.codeBase[i])
    }
  })
  return state
}
