import type { Moments, PairedCells } from './paired-cells.ts'

const STEADY = 1.25 // the ratio from which on longer blocks are hardly more than independent
const FEWEST = 8 // blocks that a variance needs
const MOST = 14 // blocks that are always left, for a difference that moves with the hour of the day never steadies,
const LONG_ENOUGH = 1_000 // unless they were shorter than this
const rows: Moments = { count: 0, mean: 0, variance: 0 }
const blocks: Moments = { count: 0, mean: 0, variance: 0 }

/**
 * How many consecutive predictions a block needs for the means of neighbouring blocks to be nearly uncorrelated, judged by
 * cells `from` to `to` - 1. By batch means: the variance of a block's mean times its length grows with the length as long as
 * blocks are correlated, and doubling the length multiplies it by 1 + the correlation of neighbours. Four times the first
 * length at which that factor is surely below 1.25, or at which there are too few blocks to tell; never more than a fourteenth
 * of all, or 1,000 if that is more; 1 when single cells are already like independent predictions.
 */
export function decorrelationLength(cells: PairedCells, from: number, to: number): number {
  if (to - from < FEWEST) return 4 * cells.length
  cells.rowMoments(from, to, rows)
  if (!(rows.variance > 0)) return 1
  const labelled = rows.count / (to - from) // labelled predictions a cell
  let before = variancePerRow(cells, from, to, 1, labelled)
  if (before <= (STEADY - doubt(to - from)) * rows.variance) return 1
  let size = 1
  for (; (to - from) / (2 * size) >= FEWEST; size *= 2) {
    const doubled = variancePerRow(cells, from, to, 2 * size, labelled)
    if (doubled <= (STEADY - doubt((to - from) / size)) * before) break
    before = doubled
  }
  const share = Math.max(LONG_ENOUGH, ((to - from) * cells.length) / MOST)
  return Math.min(4 * size * cells.length, share)
}

/** How far chance alone may move the ratio of two variances of that many blocks: one and a half standard errors. */
function doubt(blocks: number): number {
  return 1.5 * Math.sqrt(1 / blocks)
}

function variancePerRow(cells: PairedCells, from: number, to: number, size: number, labelled: number): number {
  cells.blockMoments(from, to, size, blocks)
  return blocks.variance * size * labelled
}
