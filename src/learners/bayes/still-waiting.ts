import { type BayesState, CELL, FLOOR } from './bayes-state.ts'

/** A variance below its inverse counts as none. */
export const STEEPEST = 1e290
/** As a peak without spread it makes the density, FLOOR added, 1 for any number: the column says nothing. */
export const NEUTRAL = 1 - FLOOR

const ONE_OVER_TAU = 1 / (2 * Math.PI)

/**
 * After a row of class `label` was learned: lets each column that came later count from the row on with which every class
 * has a spread in it. Before that its numbers say nothing, for a class without a spread would look impossible beside the
 * others. Gives whether there are columns that still wait.
 */
export function stillWaiting({ classes, cells, waiting }: BayesState, label: number): boolean {
  const columns = waiting.length
  let isWaiting = false
  for (let j = 0; j < columns; j++) {
    if (waiting[j] === 0) continue
    let isKnown = true
    for (let c = 0; c < classes.length; c++) {
      if (classes[c] > 0 && precisionOf(cells, (c * columns + j) * CELL) === 0) isKnown = false
    }
    if (isKnown) {
      for (let c = 0; c < classes.length; c++) setDensity(cells, (c * columns + j) * CELL)
      waiting[j] = 0
    } else {
      const cell = (label * columns + j) * CELL
      cells[cell + 3] = 0
      cells[cell + 4] = NEUTRAL
      isWaiting = true
    }
  }
  return isWaiting
}

function setDensity(cells: Float64Array, cell: number): void {
  const precision = precisionOf(cells, cell)
  cells[cell + 3] = precision * 0.5
  cells[cell + 4] = Math.sqrt(precision * ONE_OVER_TAU)
}

/** 1 / variance of a cell; 0 where there are less than two values or no spread. */
function precisionOf(cells: Float64Array, cell: number): number {
  const precision = (cells[cell] - 1) / cells[cell + 2]
  return precision > 0 && precision < STEEPEST ? precision : 0
}
