import type { ClassLeaves } from './class-leaves.ts'
import { quickNormalCdf } from './quick-normal-cdf.ts'
import { type SplitCriterion, splitImpurity, splitMerit } from './split-criterion.ts'

const GAUSSIAN = 5
const CUTS = 10 // places to split a number column at, as in MOA and River
const MOST_BRANCHES = 64 // where higher codes were seen, one of them is split off, so that a split stays small

/**
 * Finds the best and the second best column to split a leaf on. A number column is cut at ten places between its extremes,
 * where the Gaussians of the classes say what lies on either side (Pfahringer, Holmes & Kirkby, 2008); a coded column has a
 * branch for each code, or splits one code off.
 */
export class SplitSearch {
  /** The best split: its merit (minus infinity for none), position in the row, kind, threshold as `TreeNodes` has it, and number of branches. */
  merit = -Infinity
  column = -1
  isCode = false
  threshold = 0
  count = 0
  /** The merit of the best split of another column. */
  second = -Infinity
  /** The merit of the best split of each column, by its position in the row. */
  readonly merits: Float64Array
  /** The class weights of the best split's branches, one after another. */
  branches: Float64Array
  private readonly leaves: ClassLeaves
  private readonly criterion: SplitCriterion
  private readonly binary: boolean
  private readonly screened: boolean
  private readonly sums: Float64Array
  private readonly below: Float64Array
  private readonly gaussians: Float64Array // of a column, a class: weight, mean, 1 / (deviation root 2), least, most
  private trial: Float64Array
  private ownBranches: Float64Array // and the best split of the column looked at
  private own = -Infinity
  private ownThreshold = 0
  private ownCount = 0

  /**
   * `binary`: coded columns only ever split one code off. `screened`: of a number's cuts the one of the best Gini index is
   * taken, which needs no logarithms, and the criterion ranks columns only.
   */
  constructor(leaves: ClassLeaves, criterion: SplitCriterion, binary: boolean, screened = false) {
    this.leaves = leaves
    this.criterion = criterion
    this.binary = binary
    this.screened = screened
    this.sums = new Float64Array(leaves.classes)
    this.below = new Float64Array(leaves.classes)
    this.gaussians = new Float64Array(Math.max(16, GAUSSIAN * leaves.classes))
    this.merits = new Float64Array(leaves.layout.width)
    const { codeSize } = leaves.layout
    const most = binary ? 2 : codeSize.reduce((largest, size) => Math.max(largest, Math.min(size, MOST_BRANCHES)), 2)
    this.branches = new Float64Array(most * leaves.classes)
    this.trial = new Float64Array(most * leaves.classes)
    this.ownBranches = new Float64Array(most * leaves.classes)
  }

  /** Looks at all columns of a slot, whose leaf has the class weights `counts`. */
  run(slot: number, counts: Float64Array, countsAt: number): void {
    this.merit = -Infinity
    this.second = -Infinity
    this.count = 0
    const { rows: chosen, stride, width } = this.leaves.columns
    const { codeAt } = this.leaves.layout
    const from = slot * stride + 1
    const before = splitImpurity(this.criterion, counts, countsAt, this.leaves.classes)
    const { bins } = this.leaves
    bins?.sortIn(this.leaves.slab, slot * this.leaves.length)
    for (let j = 0; j < chosen[from - 1]; j++) {
      if (bins) this.cutBins(bins.region(slot * this.leaves.length, j), bins.sorted.cell, before)
      else this.cutNumber(slot, j, before)
      this.rank(chosen[from + j], false)
    }
    for (let k = 0; k < codeAt.length; k++) {
      if (chosen[from + width + k] === 0) continue
      this.splitCode(slot, k, before)
      this.rank(codeAt[k], true)
    }
  }

  private cutNumber(slot: number, j: number, before: number): void {
    const { leaves, gaussians } = this
    const { slab, classes, seenAt } = leaves
    const { width } = leaves.columns
    const at = slot * leaves.length
    let least = Infinity
    let most = -Infinity
    for (let c = 0, i = at + leaves.numbersAt + j; c < classes; c++, i += width * 6) {
      const g = c * GAUSSIAN
      gaussians[g] = 0
      if (slab[i + width] === 0) continue
      gaussians[g] = slab[at + seenAt + c] - slab[i + 5 * width]
      gaussians[g + 1] = slab[i]
      gaussians[g + 2] = Math.sqrt(slab[i + width])
      gaussians[g + 3] = slab[i + 3 * width]
      gaussians[g + 4] = slab[i + 4 * width]
      if (gaussians[g + 3] < least) least = gaussians[g + 3]
      if (gaussians[g + 4] > most) most = gaussians[g + 4]
    }
    const step = (most - least) / (CUTS + 1)
    let bestMass = -Infinity
    let best = NaN
    for (let cut = 1; cut <= CUTS; cut++) {
      const threshold = step * cut + least
      if (!(threshold > least && threshold < most)) continue
      const mass = this.divide(threshold)
      if (!this.screened) this.offer(threshold, 2, before)
      else if (mass > bestMass) {
        bestMass = mass
        best = threshold
      }
    }
    if (best !== best) return
    this.divide(best)
    this.offer(best, 2, before)
  }

  /** Puts the class weights on both sides of a threshold into `trial`; gives the sum of squared shares, times weight: the higher, the lower the Gini index. */
  private divide(threshold: number): number {
    const { gaussians, trial } = this
    const { classes } = this.leaves
    let left = 0
    let right = 0
    let leftSquares = 0
    let rightSquares = 0
    for (let c = 0, g = 0; c < classes; c++, g += GAUSSIAN) {
      const weight = gaussians[g]
      let below = 0
      if (weight > 0 && threshold >= gaussians[g + 3]) {
        if (threshold >= gaussians[g + 4]) below = weight
        else below = weight * quickNormalCdf((threshold - gaussians[g + 1]) * gaussians[g + 2])
      }
      const above = weight - below
      trial[c] = below
      trial[classes + c] = above
      left += below
      right += above
      leftSquares += below * below
      rightSquares += above * above
    }
    return (left > 0 ? leftSquares / left : 0) + (right > 0 ? rightSquares / right : 0)
  }

  /** Cuts between any two bins. */
  private cutBins(from: number, cell: number, before: number): void {
    const { slab, classes } = this.leaves
    const end = from + 1 + slab[from] * cell
    const { sums, below } = this
    sums.fill(0)
    below.fill(0)
    for (let i = from + 1; i < end; i += cell) for (let c = 0; c < classes; c++) sums[c] += slab[i + 2 + c]
    for (let i = from + 1; i < end - cell; i += cell) {
      for (let c = 0; c < classes; c++) below[c] += slab[i + 2 + c]
      for (let c = 0; c < classes; c++) {
        const rest = sums[c] - below[c]
        this.trial[c] = below[c]
        this.trial[classes + c] = rest > 0 ? rest : 0
      }
      const middle = slab[i] + (slab[i + cell] - slab[i]) * 0.5
      this.offer(middle < slab[i + cell] ? middle : slab[i], 2, before)
    }
  }

  private splitCode(slot: number, k: number, before: number): void {
    const { leaves } = this
    const { slab, classes, seenAt } = leaves
    const { codeSize, codeBase, codeSlots } = leaves.layout
    const at = slot * leaves.length
    const first = at + leaves.codesAt + codeBase[k]
    let size = 0 // one more than the highest code seen
    for (let c = 0; c < classes; c++) {
      for (let code = codeSize[k] - 1; code >= size; code--) if (slab[first + c * codeSlots + code] > 0) size = code + 1
    }
    if (size < 2) return
    if (!this.binary && size <= MOST_BRANCHES) {
      const trial = this.trial
      for (let code = 0; code < size; code++) {
        for (let c = 0; c < classes; c++) trial[code * classes + c] = slab[first + c * codeSlots + code]
      }
      this.offer(-size, size, before)
      if (size === 2) return
    }
    for (let code = 0; code < size; code++) {
      const trial = this.trial
      let weight = 0
      for (let c = 0; c < classes; c++) {
        const own = slab[first + c * codeSlots + code]
        const rest = slab[at + seenAt + c] - own
        trial[c] = own
        trial[classes + c] = rest > 0 ? rest : 0
        weight += own
      }
      if (weight > 0) this.offer(code, 2, before)
    }
  }

  /** Keeps the split in `trial` where it is the column's best so far. */
  private offer(threshold: number, count: number, before: number): void {
    const merit = splitMerit(this.criterion, before, this.trial, count, this.leaves.classes)
    if (!(merit > this.own)) return
    this.own = merit
    this.ownThreshold = threshold
    this.ownCount = count
    const kept = this.ownBranches
    this.ownBranches = this.trial
    this.trial = kept
  }

  /** Ranks the best split of a column among those of the others; of equal ones the later wins, as in MOA. */
  private rank(column: number, isCode: boolean): void {
    const merit = this.own
    this.own = -Infinity
    this.merits[column] = merit
    if (merit === -Infinity) return
    if (merit < this.merit) {
      if (merit > this.second) this.second = merit
      return
    }
    this.second = this.merit
    this.merit = merit
    this.column = column
    this.isCode = isCode
    this.threshold = this.ownThreshold
    this.count = this.ownCount
    const kept = this.branches
    this.branches = this.ownBranches
    this.ownBranches = kept
  }
}
