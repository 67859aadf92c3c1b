import { log } from '../../stats/math/log.ts'
import type { ClassLeaves } from './class-leaves.ts'

const GAPS = 3 // the places in a slot are those of ClassLeaves
const CELL = 6
const STEEPEST = 1e200
const POINT = 1e300
const HIGH = 1e100
const LOW = 1e-100
const PER_PI = 1 / Math.PI

/**
 * The statistics of a node that was split and goes on learning. It answers nothing, so what only answers and searches need,
 * the inverse variances and the normalisers of naive Bayes, is made up for when its split is looked at again.
 */
export const innerStatistics = {
  /** Learns one row; `clean`: none of its numbers is missing. */
  learn(
    leaves: ClassLeaves,
    slot: number,
    row: Float64Array,
    offset: number,
    label: number,
    weight: number,
    clean: boolean,
  ): void {
    const { slab, seenAt, numbersAt, layout } = leaves
    const at = slot * leaves.length
    if (!clean || slab[at + GAPS] !== 0 || leaves.bins !== undefined || layout.codeAt.length > 0) {
      leaves.learn(slot, row, offset, label, weight, clean)
      return
    }
    const { numberAt } = layout
    const columns = numberAt.length
    const before = slab[at + seenAt + label]
    const seen = before + weight
    const share = weight / seen
    slab[at + seenAt + label] = seen
    const first = at + numbersAt + label * columns * CELL
    if (before === 0) {
      for (let j = 0, i = first; j < columns; j++, i++) {
        slab[i + columns] = POINT
        slab[i + 3 * columns] = row[offset + numberAt[j]]
        slab[i + 4 * columns] = row[offset + numberAt[j]]
      }
    }
    for (let j = 0, i = first; j < columns; j++, i++) {
      const value = row[offset + numberAt[j]]
      const mean = slab[i]
      const gap = value - mean
      const moved = mean + share * gap
      slab[i] = moved
      slab[i + 2 * columns] += weight * gap * (value - moved)
      if (value < slab[i + 3 * columns]) slab[i + 3 * columns] = value
      if (value > slab[i + 4 * columns]) slab[i + 4 * columns] = value
    }
  },

  /** Makes up for what `learn` left out. */
  settle(leaves: ClassLeaves, slot: number): void {
    const { slab, seenAt, numbersAt, classes } = leaves
    const columns = leaves.layout.numberAt.length
    const at = slot * leaves.length
    for (let c = 0, first = at + numbersAt; c < classes; c++, first += columns * CELL) {
      const seen = slab[at + seenAt + c]
      if (!(seen > 0)) continue
      let norm = 1
      let exponent = 0
      for (let i = first; i < first + columns; i++) {
        if (slab[i + columns] === 0) continue
        const known = seen - slab[i + 5 * columns]
        const inverse = ((known - 1) * 0.5) / slab[i + 2 * columns]
        const isSpread = inverse > 0 && inverse < STEEPEST
        slab[i + columns] = isSpread ? inverse : POINT
        if (!isSpread) continue
        norm *= inverse * PER_PI
        if (norm > HIGH || norm < LOW) {
          exponent += log(norm)
          norm = 1
        }
      }
      slab[at + leaves.normAt + c] = Math.sqrt(norm)
      slab[at + leaves.exponentAt + c] = exponent * 0.5
    }
  },
}
