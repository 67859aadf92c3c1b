import { LARGEST_NUMBER, type RowLayout } from '../../transforms/row-layout.ts'
import type { LeafSlots } from './leaf-slots.ts'
import { TreeNodes } from './tree-nodes.ts'

/** The state of a tree as it is saved. */
export type TreeArrays = ReturnType<TreeNodes['arrays']> &
  ReturnType<LeafSlots['arrays']> & { readonly distances?: Float64Array }

const largest = LARGEST_NUMBER
const NODES_A_SLOT = 4 // so many nodes there may be for each slot: two for each leaf that has one, two for one that has none

/**
 * A tree that grows within a bound of memory. Nodes and what the leaves know are flat arrays that grow by doubling. At the
 * bound the leaf that errs least gives its slot to the leaf that is to be split; it goes on to count, and gets a slot again
 * when it errs more than another.
 */
export abstract class GrowingTree<Leaves extends LeafSlots> {
  readonly nodes: TreeNodes
  readonly leaves: Leaves

  readonly layout: RowLayout
  /** Doubles that `answer` writes. */
  abstract readonly outputs: number

  /** A node has `width` doubles. */
  constructor(layout: RowLayout, width: number, leaves: Leaves) {
    this.layout = layout
    this.nodes = new TreeNodes(width, NODES_A_SLOT * leaves.most)
    this.leaves = leaves
  }

  /** How many slots of `length` doubles fit into so many bytes, with nodes of `width` doubles and `extra` bytes beside each; at least one. */
  static slots(maxByteSize: number, length: number, width: number, extra = 0): number {
    return Math.max(1, Math.floor(maxByteSize / (8 * length + NODES_A_SLOT * TreeNodes.byteSize(width) + extra)))
  }

  /** Lowers the bound of memory to so many bytes. Says whether what the tree holds fits in them; else nothing changes. */
  limit(maxByteSize: number): boolean {
    const { leaves, nodes } = this
    const slots = GrowingTree.slots(maxByteSize, leaves.length, nodes.width)
    if (leaves.capacity > slots || nodes.capacity > NODES_A_SLOT * slots) return false
    leaves.most = slots
    nodes.most = NODES_A_SLOT * slots
    return true
  }

  /** A new tree of one leaf; gives its node, -1 where there is no room. */
  plant(): number {
    if (!this.nodes.hasRoom(1) || !this.makeRoom(-1, 1)) return -1
    const root = this.nodes.add(1)
    this.nodes.slot[root] = this.leaves.add()
    return root
  }

  /** Gives back all below a node and its slot, so that it is a leaf that knows nothing but its counts. */
  cut(node: number): void {
    if (this.nodes.slot[node] >= 0) this.takeSlot(node)
    this.prune(node)
  }

  /** Gives back all below a node, which becomes a leaf. Without recursion: a tree may be very deep. */
  prune(node: number): void {
    const { nodes } = this
    const inner = [node].filter((one) => !nodes.isLeaf(one))
    for (let i = 0; i < inner.length; i++) {
      const first = nodes.left[inner[i]]
      const end = first + nodes.branches(inner[i])
      for (let child = first; child < end; child++) {
        if (nodes.slot[child] >= 0) this.takeSlot(child)
        if (!nodes.isLeaf(child)) inner.push(child)
      }
    }
    for (const parent of inner.reverse()) {
      nodes.remove(nodes.left[parent], nodes.branches(parent))
      nodes.makeLeaf(parent)
    }
  }

  /** Frees slots until there are `wanted`, from leaves that make fewer mistakes than `leaf` (any, if that is -1); then gives one to a leaf that lost its own and makes more mistakes than another. */
  protected makeRoom(leaf: number, wanted: number): boolean {
    const { leaves, nodes } = this
    if (leaves.room() >= wanted) return true
    while (leaves.room() < wanted) {
      const least = this.leastPromising(leaf)
      if (least < 0 || (leaf >= 0 && this.promise(least) >= this.promise(leaf))) return false
      this.takeSlot(least)
    }
    const least = this.leastPromising(leaf)
    const most = this.mostPromising()
    if (least >= 0 && most >= 0 && this.promise(most) > this.promise(least)) {
      this.takeSlot(least)
      nodes.slot[most] = leaves.add()
    }
    return true
  }

  private takeSlot(leaf: number): void {
    this.leaves.remove(this.nodes.slot[leaf])
    this.nodes.slot[leaf] = -1
  }

  /** The leaf with a slot, other than `leaf`, that makes the fewest mistakes; -1 for none. */
  private leastPromising(leaf: number): number {
    const { feature, slot, size } = this.nodes
    let found = -1
    let least = Infinity
    for (let node = 0; node < size; node++) {
      if (feature[node] !== -1 || slot[node] < 0 || node === leaf) continue
      const promise = this.promise(node)
      if (promise >= least) continue
      least = promise
      found = node
    }
    return found
  }

  /** The leaf without a slot that makes the most mistakes; -1 for none. */
  private mostPromising(): number {
    const { feature, slot, size } = this.nodes
    let found = -1
    let most = 0
    for (let node = 0; node < size; node++) {
      if (feature[node] !== -1 || slot[node] >= 0) continue
      const promise = this.promise(node)
      if (promise <= most) continue
      most = promise
      found = node
    }
    return found
  }

  /** Whether no number of a row is missing. */
  isClean(row: Float64Array, offset: number): boolean {
    const { numberAt } = this.layout
    for (let j = 0; j < numberAt.length; j++) if (!(Math.abs(row[offset + numberAt[j]]) <= largest)) return false
    return true
  }

  /** Writes what a leaf says of a row; `clean`: none of its numbers is missing. */
  abstract answer(leaf: number, row: Float64Array, offset: number, clean: boolean, out: Float64Array, to: number): void

  /** The same, and then the leaf learns the row. Gives whether it is time to try to split it. */
  abstract answerThenLearn(
    leaf: number,
    row: Float64Array,
    offset: number,
    label: number,
    weight: number,
    clean: boolean,
    out: Float64Array,
    to: number,
  ): boolean

  /** Splits a leaf if there is reason enough, and room. Says whether it did. */
  abstract tryToSplit(leaf: number): boolean

  /** How wrong an answer was, from 0 to 1. */
  abstract error(out: Float64Array, at: number, label: number): number

  /** What a node said by itself when it was split; of a leaf now: the share of the last class, or the mean. */
  abstract valueOf(node: number): number

  /** How much splitting a leaf could save. */
  protected abstract promise(leaf: number): number

  /** Bytes in use. */
  byteSize(): number {
    return this.nodes.byteSize() + this.leaves.byteSize()
  }

  arrays(): TreeArrays {
    return { ...this.nodes.arrays(), ...this.leaves.arrays() }
  }

  load(arrays: TreeArrays): void {
    this.nodes.load(arrays)
    this.leaves.load(arrays)
  }
}
