import { LARGEST_NUMBER } from '../../transforms/row-layout.ts'

const largest = LARGEST_NUMBER
const LEAF = -1
const CODE = -2 // a node that tests the codes of column c has the feature CODE - c
const FIRST = 16 // nodes that there is room for at the start

/**
 * The nodes of a decision tree as parallel flat arrays. Children lie side by side, the first at `left`. A number goes left
 * where it is at most `threshold`; a code goes left where it equals `threshold`, or, if that is negative, to the branch of
 * its own among the -threshold there are. What is missing, or no code of the column, goes to the branch that was the
 * heaviest when the node was split.
 */
export class TreeNodes {
  /** The position in the row of the column tested, LEAF (-1), or CODE - position. */
  feature: Int32Array
  /** The first child, 0 for a leaf. */
  left: Int32Array
  /** Where the node's statistics are, -1 for none. */
  slot: Int32Array
  threshold: Float64Array
  heaviest: Int32Array
  /** `width` doubles a node: what a leaf would answer by itself; for a class the weight. Of an inner node as it was when it was split. */
  counts: Float64Array
  readonly width: number
  most: number
  /** Nodes ever used, those given back included. */
  size = 0
  /** Given back, in pairs: the first of each. */
  readonly free: number[] = []
  capacity: number

  /** `most` nodes at most, of `width` doubles each. */
  constructor(width: number, most: number, capacity = Math.min(FIRST, most)) {
    this.width = width
    this.most = most
    this.capacity = capacity
    this.feature = new Int32Array(capacity)
    this.left = new Int32Array(capacity)
    this.slot = new Int32Array(capacity)
    this.threshold = new Float64Array(capacity)
    this.heaviest = new Int32Array(capacity)
    this.counts = new Float64Array(capacity * width)
  }

  /** Bytes a node. */
  static byteSize(width: number): number {
    return 4 + 4 + 4 + 8 + 4 + 8 * width
  }

  byteSize(): number {
    return this.capacity * TreeNodes.byteSize(this.width)
  }

  /** Whether `add(count)` would succeed. */
  hasRoom(count: number): boolean {
    return (count <= 2 && this.free.length > 0) || this.size + count + (count & 1) <= this.most
  }

  /** New leaves side by side, without slots and counts; gives the first. */
  add(count: number): number {
    const even = count + (count & 1)
    const reused = even === 2 ? this.free.pop() : undefined
    const first = reused ?? this.size
    if (reused === undefined) {
      this.size += even
      if (this.size > this.capacity) this.grow()
    }
    this.feature.fill(LEAF, first, first + even)
    this.left.fill(0, first, first + even)
    this.slot.fill(-1, first, first + even)
    this.counts.fill(0, first * this.width, (first + even) * this.width)
    return first
  }

  /** Gives back `count` nodes side by side. */
  remove(first: number, count: number): void {
    for (let node = first; node < first + count; node += 2) this.free.push(node)
    const end = first + count + (count & 1)
    this.feature.fill(LEAF, first, end)
    this.left.fill(0, first, end)
    this.slot.fill(-1, first, end)
    this.counts.fill(0, first * this.width, end * this.width)
  }

  isLeaf(node: number): boolean {
    return this.feature[node] === LEAF
  }

  /** How many children an inner node has. */
  branches(node: number): number {
    return this.feature[node] <= CODE && this.threshold[node] < 0 ? -this.threshold[node] : 2
  }

  /** The position in the row of the column that an inner node tests. */
  column(node: number): number {
    return this.feature[node] >= 0 ? this.feature[node] : CODE - this.feature[node]
  }

  /** Makes a leaf an inner node with children at `left`. */
  split(node: number, column: number, isCode: boolean, threshold: number, left: number, heaviest: number): void {
    this.feature[node] = isCode ? CODE - column : column
    this.threshold[node] = threshold
    this.left[node] = left
    this.heaviest[node] = heaviest
  }

  /** Makes an inner node a leaf; its children are given back before. */
  makeLeaf(node: number): void {
    this.feature[node] = LEAF
    this.left[node] = 0
  }

  /** Moves all there is of node `from` to `to`. */
  move(from: number, to: number): void {
    this.feature[to] = this.feature[from]
    this.left[to] = this.left[from]
    this.slot[to] = this.slot[from]
    this.threshold[to] = this.threshold[from]
    this.heaviest[to] = this.heaviest[from]
    this.counts.copyWithin(to * this.width, from * this.width, (from + 1) * this.width)
    this.remove(from, 1)
  }

  /** The leaf below `node` that a row falls into; `clean`: none of its numbers is missing. */
  leafBelow(node: number, row: Float64Array, offset: number, clean: boolean): number {
    const { feature, left, threshold } = this
    if (!clean) return this.leafByHand(node, row, offset)
    let at = node
    for (;;) {
      let column = feature[at]
      while (column >= 0) {
        at = left[at] + (row[offset + column] <= threshold[at] ? 0 : 1)
        column = feature[at]
      }
      if (column === LEAF) return at
      at = this.child(at, row, offset)
    }
  }

  private leafByHand(node: number, row: Float64Array, offset: number): number {
    let at = node
    while (this.feature[at] !== LEAF) at = this.child(at, row, offset)
    return at
  }

  /** The child of an inner node that a row goes to. */
  child(node: number, row: Float64Array, offset: number): number {
    const column = this.feature[node]
    const threshold = this.threshold[node]
    const first = this.left[node]
    if (column >= 0) {
      const value = row[offset + column]
      if (!(Math.abs(value) <= largest)) return first + this.heaviest[node]
      return first + (value <= threshold ? 0 : 1)
    }
    const code = row[offset + CODE - column] | 0
    if (threshold >= 0) return first + (code === threshold ? 0 : 1)
    return first + (code >= 0 && code < -threshold ? code : this.heaviest[node])
  }

  /** The arrays as they are saved: only the nodes ever used. */
  arrays(): {
    feature: Int32Array
    left: Int32Array
    slot: Int32Array
    threshold: Float64Array
    heaviest: Int32Array
    counts: Float64Array
    freeNodes: Int32Array
  } {
    const { size } = this
    return {
      feature: this.feature.slice(0, size),
      left: this.left.slice(0, size),
      slot: this.slot.slice(0, size),
      threshold: this.threshold.slice(0, size),
      heaviest: this.heaviest.slice(0, size),
      counts: this.counts.slice(0, size * this.width),
      freeNodes: Int32Array.from(this.free),
    }
  }

  /** Takes over saved arrays; the capacity becomes what it was. */
  load(arrays: ReturnType<TreeNodes['arrays']>): void {
    this.size = arrays.feature.length
    while (this.capacity < this.size) this.grow()
    this.feature.set(arrays.feature)
    this.left.set(arrays.left)
    this.slot.set(arrays.slot)
    this.threshold.set(arrays.threshold)
    this.heaviest.set(arrays.heaviest)
    this.counts.set(arrays.counts)
    this.free.length = 0
    for (const node of arrays.freeNodes) this.free.push(node)
  }

  private grow(): void {
    while (this.capacity < this.size || this.capacity === 0) this.capacity = Math.min(this.most, this.capacity * 2)
    this.feature = grown(this.feature, new Int32Array(this.capacity))
    this.left = grown(this.left, new Int32Array(this.capacity))
    this.slot = grown(this.slot, new Int32Array(this.capacity))
    this.threshold = grown(this.threshold, new Float64Array(this.capacity))
    this.heaviest = grown(this.heaviest, new Int32Array(this.capacity))
    this.counts = grown(this.counts, new Float64Array(this.capacity * this.width))
  }
}

function grown<A extends Float64Array | Int32Array>(from: A, to: A): A {
  to.set(from)
  return to
}
