import { log } from '../../stats/math/log.ts'
import { LARGEST_NUMBER, type RowLayout } from '../../transforms/row-layout.ts'
import { GrowingTree, type TreeArrays } from './growing-tree.ts'
import { ValueLeaves } from './value-leaves.ts'
import { ValueSplitSearch } from './value-split-search.ts'
import type { ValueTreeParameters } from './value-tree-parameters.ts'

const largest = LARGEST_NUMBER
const MEMORY = 10_000 // rows over which the usual distance is taken
const WIDTH = 3 // doubles a node: weight, mean and sum of squared deviations of the targets

/** How an owner uses a regression tree. */
export interface ValueTreeUse {
  /** Bytes that it keeps beside each slot; they count against `maxByteSize`. */
  readonly extraBytes?: number
  /** Bins of a number column in a leaf. Default 64. */
  readonly bins?: number
  /** Rows that a leaf keeps until they are sorted into them. Default 128. */
  readonly buffer?: number
  /** The leaves of a split forget what is known of their targets but the mean, which then is that of what comes. Default false. */
  readonly startsAnew?: boolean
}

/** A regression tree that grows from rows: what all Hoeffding trees for values share. */
export class ValueTree extends GrowingTree<ValueLeaves> {
  readonly outputs = 1
  readonly parameters: ValueTreeParameters
  /** How many distances from labels were taken, and their mean. */
  private readonly distances = new Float64Array(2)
  private readonly search = new ValueSplitSearch()
  private readonly bits: number // ln(1 / delta)
  private readonly usesLinear: boolean
  private readonly startsAnew: boolean

  constructor(layout: RowLayout, parameters: ValueTreeParameters, use: ValueTreeUse = {}) {
    const { extraBytes = 0, bins = 64, buffer = 128 } = use
    const detail = { bins, buffer, linear: parameters.leaves !== 'mean' }
    const slots = GrowingTree.slots(parameters.maxByteSize, ValueLeaves.slotLength(layout, detail), WIDTH, extraBytes)
    super(layout, WIDTH, new ValueLeaves(layout, slots, detail))
    this.parameters = parameters
    this.bits = -log(parameters.delta)
    this.usesLinear = parameters.leaves !== 'mean'
    this.startsAnew = use.startsAnew ?? false
  }

  answer(leaf: number, row: Float64Array, offset: number, _clean: boolean, out: Float64Array, to: number): void {
    out[to] = this.value(leaf, row, offset)
  }

  answerThenLearn(
    leaf: number,
    row: Float64Array,
    offset: number,
    label: number,
    weight: number,
    _clean: boolean,
    out: Float64Array,
    to: number,
  ): boolean {
    out[to] = this.value(leaf, row, offset)
    return this.learn(leaf, row, offset, label, weight)
  }

  /** The distance from the label, as a share of itself and the usual distance. */
  error(out: Float64Array, at: number, label: number): number {
    const distance = Math.abs(out[at] - (label > largest ? largest : label < -largest ? -largest : label))
    const { distances } = this
    if (distances[0] < MEMORY) distances[0]++
    distances[1] += (distance - distances[1]) / distances[0]
    return distance > 0 ? distance / (distance + distances[1]) : 0
  }

  valueOf(node: number): number {
    return this.nodes.counts[node * WIDTH + 1]
  }

  private value(leaf: number, row: Float64Array, offset: number): number {
    const { nodes, leaves } = this
    const slot = nodes.slot[leaf]
    const mean = nodes.counts[leaf * WIDTH + 1]
    if (slot < 0 || !this.usesLinear) return mean
    const usesMean = this.parameters.leaves === 'adaptive' && !leaves.trustsLinear(slot)
    return usesMean ? mean : leaves.linear(slot, row, offset)
  }

  /** Learns a row in its leaf. Gives whether it is time to try to split it. */
  private learn(leaf: number, row: Float64Array, offset: number, label: number, weight: number): boolean {
    const { nodes, leaves } = this
    const slot = nodes.slot[leaf]
    const at = leaf * WIDTH
    const target = label > largest ? largest : label < -largest ? -largest : label
    const before = nodes.counts[at + 1]
    if (slot >= 0 && nodes.counts[at] === 0) leaves.begin(slot, target, target, target)
    if (slot >= 0 && this.usesLinear) {
      if (nodes.counts[at] > 0) leaves.score(slot, target, before, leaves.linear(slot, row, offset))
      leaves.learnLinear(slot, row, offset, target, weight)
    }
    const total = nodes.counts[at] + weight
    const mean = before + (weight / total) * (target - before)
    nodes.counts[at] = total
    nodes.counts[at + 1] = mean
    nodes.counts[at + 2] += weight * (target - before) * (target - mean)
    if (slot < 0) return false
    leaves.learn(slot, row, offset, target, weight)
    return leaves.addWeight(slot, weight) >= this.parameters.gracePeriod
  }

  /** Splits a leaf if the runner-up's share of the best column's merit is below 1 by more than chance allows (Hoeffding's bound). Says whether it did. */
  tryToSplit(leaf: number): boolean {
    const { nodes, leaves, search, parameters } = this
    const slot = nodes.slot[leaf]
    if (slot < 0) return false
    leaves.clearWeight(slot)
    search.run(leaves, slot)
    if (!(search.merit > 0)) return false
    const bound = Math.sqrt(this.bits / (2 * nodes.counts[leaf * WIDTH]))
    if (!(search.second / search.merit < 1 - bound || bound < parameters.tau)) return false
    return this.split(leaf, slot)
  }

  private split(leaf: number, slot: number): boolean {
    const { nodes, leaves, search } = this
    if (!nodes.hasRoom(2) || !this.makeRoom(leaf, 1)) return false
    const origin = leaves.origin(slot)
    const [least, most] = [leaves.leastTarget(slot), leaves.mostTarget(slot)]
    const left = nodes.add(2)
    nodes.slot[left] = leaves.add()
    leaves.inherit(nodes.slot[left], slot)
    nodes.slot[left + 1] = slot
    leaves.restart(slot)
    for (let b = 0; b < 2; b++) {
      const [weight, sum, squares] = search.branches.subarray(3 * b, 3 * b + 3)
      const at = (left + b) * WIDTH
      const mean = origin + sum / weight
      const rest = squares - (sum * sum) / weight
      nodes.counts[at] = this.startsAnew ? 0 : weight
      nodes.counts[at + 1] = mean < least ? least : mean > most ? most : mean
      nodes.counts[at + 2] = rest > 0 && !this.startsAnew ? rest : 0
      leaves.begin(nodes.slot[left + b], nodes.counts[at + 1], least, most)
    }
    nodes.slot[leaf] = -1
    const heaviest = search.branches[0] >= search.branches[3] ? 0 : 1
    nodes.split(leaf, search.column, search.isCode, search.threshold, left, heaviest)
    return true
  }

  /** What the variance of a leaf amounts to over all it has seen. */
  protected promise(leaf: number): number {
    return this.nodes.counts[leaf * WIDTH + 2]
  }

  override arrays(): TreeArrays {
    return { ...super.arrays(), distances: this.distances.slice() }
  }

  override load(arrays: TreeArrays): void {
    super.load(arrays)
    if (arrays.distances) this.distances.set(arrays.distances)
  }
}
