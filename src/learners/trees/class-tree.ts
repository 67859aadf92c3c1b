import { log } from '../../stats/math/log.ts'
import type { RowLayout } from '../../transforms/row-layout.ts'
import type { ColumnSubset } from './chosen-columns.ts'
import { ClassLeaves } from './class-leaves.ts'
import { classShares } from './class-shares.ts'
import { GrowingTree } from './growing-tree.ts'
import { splitRange } from './split-criterion.ts'
import { SplitSearch } from './split-search.ts'
import type { TreeParameters } from './tree-parameters.ts'

const binsOf = { gaussian: 0, histogram: 64, exhaustive: 1024 } as const // a number column and leaf

/** How an owner uses a tree. */
export interface TreeUse {
  /** Bytes that it keeps beside each slot; they count against `maxByteSize`. */
  readonly extraBytes?: number
  /** Each leaf looks at some of the columns only. */
  readonly subset?: ColumnSubset
  /** Of a number's cuts the one of the best Gini index is taken, which is faster; the criterion ranks columns only. */
  readonly screened?: boolean
}

/** A classification tree that grows from rows: what all Hoeffding trees that classify share. */
export class ClassTree extends GrowingTree<ClassLeaves> {
  readonly search: SplitSearch
  readonly parameters: TreeParameters
  readonly classes: number
  readonly outputs: number
  private readonly bits: number // ln(1 / delta)
  private readonly usesBayes: boolean
  private readonly columns: number

  constructor(layout: RowLayout, classes: number, parameters: TreeParameters, use: TreeUse = {}) {
    const { extraBytes = 0, subset, screened = false } = use
    const bins = binsOf[parameters.splitter]
    const length = ClassLeaves.slotLength(layout, classes, bins, subset?.size)
    const row = 4 * (1 + layout.width) // of integers: the columns looked at
    const slots = GrowingTree.slots(parameters.maxByteSize - row, length, classes, extraBytes + (subset ? row : 0))
    super(layout, classes, new ClassLeaves(layout, classes, slots, bins, subset))
    this.columns = layout.numberAt.length + layout.codeAt.length
    this.classes = classes
    this.outputs = classes
    this.parameters = parameters
    this.usesBayes = parameters.leaves !== 'majority'
    this.bits = -log(parameters.delta)
    this.search = new SplitSearch(this.leaves, parameters.criterion, parameters.binarySplits, screened)
  }

  /** Writes what a leaf says of a row; gives the likeliest class. */
  answer(leaf: number, row: Float64Array, offset: number, clean: boolean, out: Float64Array, to: number): number {
    const { nodes, leaves, classes } = this
    const slot = nodes.slot[leaf]
    if (slot >= 0 && this.usesBayes && (this.parameters.leaves === 'naive-bayes' || leaves.trustsBayes(slot)))
      return leaves.bayes(slot, nodes.counts, leaf * classes, row, offset, clean, out, to)
    return classShares(nodes.counts, leaf * classes, classes, out, to)
  }

  /** One naive Bayes serves both the answer and what is learned of it. */
  answerThenLearn(
    leaf: number,
    row: Float64Array,
    offset: number,
    label: number,
    weight: number,
    clean: boolean,
    out: Float64Array,
    to: number,
  ): boolean {
    const slot = this.nodes.slot[leaf]
    if (slot < 0 || this.parameters.leaves !== 'naive-bayes-adaptive') {
      this.answer(leaf, row, offset, clean, out, to)
      return this.absorb(leaf, row, offset, label, weight, clean)
    }
    const { nodes, leaves, classes } = this
    const trusted = leaves.trustsBayes(slot)
    const bayes = leaves.bayes(slot, nodes.counts, leaf * classes, row, offset, clean, out, to)
    const majority = trusted ? this.majority(leaf) : classShares(nodes.counts, leaf * classes, classes, out, to)
    leaves.score(slot, label, weight, majority, bayes)
    return this.absorb(leaf, row, offset, label, weight, clean)
  }

  private absorb(
    leaf: number,
    row: Float64Array,
    offset: number,
    label: number,
    weight: number,
    clean: boolean,
  ): boolean {
    const slot = this.nodes.slot[leaf]
    this.nodes.counts[leaf * this.classes + label] += weight
    if (slot < 0) return false
    this.leaves.learn(slot, row, offset, label, weight, clean)
    return this.leaves.addWeight(slot, weight) >= this.parameters.gracePeriod
  }

  /** The heaviest class of a node, the first of equal ones. */
  majority(node: number): number {
    const { counts } = this.nodes
    const first = node * this.classes
    let best = 0
    for (let c = 1; c < this.classes; c++) if (counts[first + c] > counts[first + best]) best = c
    return best
  }

  /** Splits a leaf if one column is better than the next by more than chance allows (Hoeffding's bound). Says whether it did. */
  tryToSplit(leaf: number): boolean {
    const { nodes, classes, search, parameters } = this
    const slot = nodes.slot[leaf]
    if (slot < 0) return false
    this.leaves.clearWeight(slot)
    const first = leaf * classes
    let weight = 0
    let present = 0
    for (let c = 0; c < classes; c++) {
      weight += nodes.counts[first + c]
      if (nodes.counts[first + c] > 0) present++
    }
    if (present < 2) return false
    search.run(slot, nodes.counts, first)
    if (search.merit === -Infinity) return false
    const bound = this.bound(weight, present)
    // As in MOA and River a column without a rival splits at once, for not to split is no rival; but not where it is the only one.
    const rival = this.columns > 1 ? search.second : 0
    if (!(search.merit - rival > bound || bound < parameters.tau)) return false
    return this.split(leaf)
  }

  /** Hoeffding's bound: how far the mean of `weight` merits may be off. */
  bound(weight: number, present: number): number {
    return splitRange(this.parameters.criterion, present) * Math.sqrt(this.bits / (2 * weight))
  }

  /** Splits a leaf as the search found best, if there is room. An inner node that `keeps` its slot goes on learning. */
  split(leaf: number, keeps = false): boolean {
    const { nodes, search, classes } = this
    const { count, branches } = search
    if (!nodes.hasRoom(count)) return false
    if (!this.makeRoom(leaf, keeps ? count : count - 1)) return false
    const slot = nodes.slot[leaf]
    const left = nodes.add(count)
    let heaviest = 0
    let most = -1
    for (let b = 0; b < count; b++) {
      let weight = 0
      for (let c = 0; c < classes; c++) {
        nodes.counts[(left + b) * classes + c] = branches[b * classes + c]
        weight += branches[b * classes + c]
      }
      if (weight > most) {
        most = weight
        heaviest = b
      }
      if (weight === 0) classShares(nodes.counts, leaf * classes, classes, nodes.counts, (left + b) * classes)
      if (b === 0 && !keeps) {
        this.leaves.clear(slot)
        nodes.slot[left] = slot
      } else nodes.slot[left + b] = this.leaves.add()
    }
    if (!keeps) nodes.slot[leaf] = -1
    nodes.split(leaf, search.column, search.isCode, search.threshold, left, heaviest)
    return true
  }

  /** The weight on which the majority class of a leaf is wrong: what splitting it could save. */
  protected promise(leaf: number): number {
    const { counts } = this.nodes
    const first = leaf * this.classes
    let sum = 0
    for (let c = 0; c < this.classes; c++) sum += counts[first + c]
    return sum - counts[first + this.majority(leaf)]
  }

  error(out: Float64Array, at: number, label: number): number {
    let best = at
    for (let c = at + 1; c < at + this.classes; c++) if (out[c] > out[best]) best = c
    return best - at === label ? 0 : 1
  }

  valueOf(node: number): number {
    const { counts } = this.nodes
    const end = (node + 1) * this.classes
    let sum = 0
    for (let i = node * this.classes; i < end; i++) sum += counts[i]
    return sum > 0 ? counts[end - 1] / sum : 1 / this.classes
  }
}
