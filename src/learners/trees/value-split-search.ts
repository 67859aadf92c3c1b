import type { ValueLeaves } from './value-leaves.ts'

const LEAST_WEIGHT = 5 // of a branch, as in River
const CELL = 4 // doubles a bin

/**
 * Finds the best and the second best column to split a leaf of a regression tree on: the split that takes away most of the
 * targets' variance. A number column is cut between two bins; a coded column splits one code off.
 */
export class ValueSplitSearch {
  /** The best split: its merit (0 for none), the position in the row, kind and threshold as `TreeNodes` has it. */
  merit = 0
  column = -1
  isCode = false
  threshold = 0
  /** The merit of the best split of another column. */
  second = 0
  /** Weight, sum and sum of squares of the targets, less the leaf's origin, of the best split's left branch, then of the right. */
  readonly branches = new Float64Array(6)
  private own = 0
  private ownThreshold = 0
  private readonly ownBranches = new Float64Array(6)

  run(leaves: ValueLeaves, slot: number): void {
    this.merit = 0
    this.second = 0
    this.column = -1
    leaves.sortIn(slot)
    const { numberAt, codeAt, codeSize, codeBase } = leaves.layout
    const at = slot * leaves.length
    for (let j = 0; j < numberAt.length; j++) {
      const from = at + leaves.binsAt + j * leaves.bins.length
      this.cutNumber(leaves.slab, from + 1, leaves.slab[from])
      this.rank(numberAt[j], false)
    }
    for (let k = 0; k < codeAt.length; k++) {
      this.splitCode(leaves.slab, at + leaves.codesAt + 3 * codeBase[k], codeSize[k])
      this.rank(codeAt[k], true)
    }
  }

  private cutNumber(slab: Float64Array, from: number, bins: number): void {
    const end = from + bins * CELL
    let [weight, sum, squares] = [0, 0, 0]
    for (let i = from; i < end; i += CELL) {
      weight += slab[i + 1]
      sum += slab[i + 2]
      squares += slab[i + 3]
    }
    let [w, s, q] = [0, 0, 0]
    for (let i = from; i < end - CELL; i += CELL) {
      w += slab[i + 1]
      s += slab[i + 2]
      q += slab[i + 3]
      const upper = slab[i]
      const next = slab[i + CELL]
      const middle = upper + (next - upper) * 0.5
      this.offer(middle < next ? middle : upper, w, s, q, weight - w, sum - s, squares - q)
    }
  }

  private splitCode(slab: Float64Array, from: number, size: number): void {
    let [weight, sum, squares] = [0, 0, 0]
    for (let i = from; i < from + 3 * size; i += 3) {
      weight += slab[i]
      sum += slab[i + 1]
      squares += slab[i + 2]
    }
    for (let code = 0, i = from; code < size; code++, i += 3) {
      if (slab[i] > 0)
        this.offer(code, slab[i], slab[i + 1], slab[i + 2], weight - slab[i], sum - slab[i + 1], squares - slab[i + 2])
    }
  }

  /** Keeps a split where it is the column's best so far. */
  private offer(
    threshold: number,
    weight: number,
    sum: number,
    squares: number,
    otherWeight: number,
    otherSum: number,
    otherSquares: number,
  ): void {
    if (!(weight >= LEAST_WEIGHT && otherWeight >= LEAST_WEIGHT)) return
    const total = weight + otherWeight
    // what is between the means of the branches is what the variance loses
    const gap = sum / weight - otherSum / otherWeight
    const merit = (weight / total) * (otherWeight / total) * gap * gap
    if (!(merit > this.own)) return
    this.own = merit
    this.ownThreshold = threshold
    const branches = this.ownBranches
    branches[0] = weight
    branches[1] = sum
    branches[2] = squares
    branches[3] = otherWeight
    branches[4] = otherSum
    branches[5] = otherSquares
  }

  private rank(column: number, isCode: boolean): void {
    const merit = this.own
    this.own = 0
    if (merit <= this.merit) {
      if (merit > this.second) this.second = merit
      return
    }
    this.second = this.merit
    this.merit = merit
    this.column = column
    this.isCode = isCode
    this.threshold = this.ownThreshold
    this.branches.set(this.ownBranches)
  }
}
