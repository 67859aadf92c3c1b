import type { RowLayout } from '../../transforms/row-layout.ts'

/** Doubles of a cell, which each class has for each number column: sum of weights, mean, sum of squares, 1 / (2 variance), peak of the density. */
export const CELL = 5
/** Added to each density, as River does, so that one odd value cannot rule a class out. */
export const FLOOR = 1e-9

/** What Gaussian naive Bayes knows. */
export type BayesState = {
  /** Sum of weights a class. */
  readonly classes: Float64Array
  /** Class by class, column by column: a cell. */
  readonly cells: Float64Array
  /** Class by class: the sum of weights of every code of every coded column. */
  readonly codes: Float64Array
  /** Codes seen in any class, a coded column. */
  readonly seen: Float64Array
  /** 1 for a number column that came later and doesn't count yet. */
  readonly waiting: Float64Array
  /** Class by class: what it weighed when a coded column came. */
  readonly earlier: Float64Array
}

/** The state before the first row. */
export function bayesState(layout: RowLayout, classes: number): BayesState {
  return {
    classes: new Float64Array(classes),
    cells: new Float64Array(classes * layout.numberAt.length * CELL),
    codes: new Float64Array(classes * layout.codeSlots),
    seen: new Float64Array(layout.codeAt.length),
    waiting: new Float64Array(layout.numberAt.length),
    earlier: new Float64Array(classes * layout.codeAt.length),
  }
}
