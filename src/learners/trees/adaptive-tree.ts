import { type AdwinOptions, AdwinWindow } from '../../drift/adwin-window.ts'
import { log } from '../../stats/math/log.ts'
import { SeededRandom } from '../../stats/seeded-random.ts'
import type { GrowingTree, TreeArrays } from './growing-tree.ts'
import type { LeafSlots } from './leaf-slots.ts'
import { PoissonTable } from './poisson-table.ts'

/** What an adaptive tree watches its errors by. */
export interface AdaptiveParameters {
  readonly driftDelta: number
  readonly driftWindow: number
  readonly switchSignificance: number
  readonly bootstrap: boolean
  readonly seed: number
}

/** The state of an adaptive tree as it is saved. */
export type AdaptiveArrays = TreeArrays & {
  readonly alternate: Int32Array
  readonly watched: Int32Array
  readonly windows: Float64Array
  readonly random: Float64Array
}

const ROOT = 0
const adwinOptions: Omit<AdwinOptions, 'delta'> = { clock: 32, maxBuckets: 5, minWindowLength: 5, gracePeriod: 10 }

/**
 * A tree that watches the errors of each of its branches: where they rise, another branch grows beside it
 * and takes its place once it makes fewer. The other branches lie in the same arrays as the tree.
 */
export class AdaptiveTree {
  readonly tree: GrowingTree<LeafSlots>
  private readonly parameters: AdaptiveParameters
  /** The root of the branch that grows beside a node, -1 for none. */
  private alternate: Int32Array
  /** The errors below each inner node, and each alternate. */
  private readonly windows: (AdwinWindow | undefined)[] = []
  private readonly random: SeededRandom
  private readonly times = new PoissonTable(1)
  private readonly scratch: Float64Array
  private readonly bits: number
  private watching = 0
  private besides = 0 // branches that grow beside others
  private readonly voters: number[] = []

  /** `make` gives an empty tree that counts so many bytes beside each slot. */
  constructor(parameters: AdaptiveParameters, make: (extraBytes: number) => GrowingTree<LeafSlots>) {
    this.parameters = parameters
    this.tree = make(2 * windowBytes(this.newWindow()) + 16)
    this.alternate = new Int32Array(this.tree.nodes.capacity).fill(-1)
    this.random = new SeededRandom(parameters.seed)
    this.scratch = new Float64Array(Math.max(16, this.tree.outputs))
    this.bits = log(2 / parameters.switchSignificance)
  }

  plant(): void {
    this.tree.plant()
  }

  /** Writes the mean of what the leaf says and what the leaves say of those branches beside the way to it that have been split, as in MOA. */
  answer(row: Float64Array, offset: number, out: Float64Array, at: number): void {
    const { tree, voters } = this
    const { outputs } = tree
    const clean = tree.isClean(row, offset)
    voters.length = 0
    this.collect(ROOT, row, offset, clean)
    tree.answer(voters[0], row, offset, clean, out, at)
    if (voters.length === 1) return
    for (let v = 1; v < voters.length; v++) {
      tree.answer(voters[v], row, offset, clean, this.scratch, 0)
      for (let c = 0; c < outputs; c++) out[at + c] += this.scratch[c]
    }
    for (let c = 0; c < outputs; c++) out[at + c] /= voters.length
  }

  /** Adds the leaf below `root` to the voters, then those of the branches beside the way. */
  private collect(root: number, row: Float64Array, offset: number, clean: boolean): void {
    const { nodes } = this.tree
    const leaf = nodes.leafBelow(root, row, offset, clean)
    this.voters.push(leaf)
    if (this.besides === 0) return
    for (let node = root; node !== leaf; node = nodes.child(node, row, offset)) {
      const beside = this.alternate[node]
      if (beside >= 0 && !nodes.isLeaf(beside)) this.collect(beside, row, offset, clean)
    }
  }

  answerThenLearn(
    row: Float64Array,
    offset: number,
    label: number,
    weight: number,
    out: Float64Array,
    at: number,
  ): void {
    if (this.besides > 0) {
      this.answer(row, offset, out, at)
      this.learn(row, offset, label, weight)
    } else this.learnBelow(ROOT, row, offset, label, weight, this.tree.isClean(row, offset), out, at)
  }

  learn(row: Float64Array, offset: number, label: number, weight: number): void {
    this.learnBelow(ROOT, row, offset, label, weight, this.tree.isClean(row, offset), this.scratch, 0)
  }

  /** Writes what the leaf below `root` says, then teaches that leaf, and all branches that grow beside the way to it. */
  private learnBelow(
    root: number,
    row: Float64Array,
    offset: number,
    label: number,
    weight: number,
    clean: boolean,
    out: Float64Array,
    at: number,
  ): void {
    const { tree, windows } = this
    const { nodes } = tree
    const leaf = nodes.leafBelow(root, row, offset, clean)
    const times = this.parameters.bootstrap ? this.times.draw(this.random) : 1
    const due = tree.answerThenLearn(leaf, row, offset, label, times > 1 ? weight * times : weight, clean, out, at)
    const wrong = tree.error(out, at, label)
    if (leaf === root) windows[root]?.add(wrong)
    for (let node = root; node !== leaf; node = nodes.child(node, row, offset)) {
      if (this.watch(node, wrong)) return
      const beside = this.alternate[node]
      if (beside >= 0) this.learnBelow(beside, row, offset, label, weight, clean, this.scratch, 0)
    }
    if (due && tree.tryToSplit(leaf)) this.widen()
  }

  /** Adds an error to those of an inner node. Says whether its branch was replaced by the one beside it. */
  private watch(node: number, wrong: number): boolean {
    let window = this.windows[node]
    if (window === undefined) {
      window = this.newWindow()
      this.windows[node] = window
      this.watching++
    }
    const rose = window.add(wrong) && window.lastCut.after > window.lastCut.before
    const beside = this.alternate[node]
    if (rose) {
      this.drop(node)
      this.begin(node)
      return false
    }
    if (beside < 0) return false
    const rival = this.windows[beside]
    const { driftWindow } = this.parameters
    if (rival === undefined || window.width <= driftWindow || rival.width <= driftWindow) return false
    const rate = window.total / window.width
    const gain = rate - rival.total / rival.width
    const spread = 2 * rate * (1 - rate) * this.bits * (1 / window.width + 1 / rival.width)
    if (gain * gain <= spread) return false
    if (gain < 0) {
      this.drop(node)
      return false
    }
    this.replace(node)
    return true
  }

  /** Lets a branch grow beside a node, if there is room. */
  private begin(node: number): void {
    const root = this.tree.plant()
    this.widen()
    if (root < 0) return
    this.alternate[node] = root
    this.besides++
    this.windows[root] = this.newWindow()
    this.watching++
  }

  /** Gives back the branch beside a node. */
  private drop(node: number): void {
    const beside = this.alternate[node]
    if (beside < 0) return
    this.alternate[node] = -1
    this.besides--
    this.forget(beside)
    this.tree.cut(beside)
    this.tree.nodes.remove(beside, 1)
  }

  /** Puts the branch beside a node in its place. */
  private replace(node: number): void {
    const { nodes } = this.tree
    const beside = this.alternate[node]
    this.alternate[node] = -1
    this.besides--
    this.forget(node)
    this.tree.cut(node)
    nodes.move(beside, node)
    this.windows[node] = this.windows[beside]
    this.windows[beside] = undefined
    this.alternate[node] = this.alternate[beside]
    this.alternate[beside] = -1
  }

  /** Gives back the windows and the alternates of a node and of all below it. */
  private forget(node: number): void {
    const { nodes } = this.tree
    const below = [node]
    for (let i = 0; i < below.length; i++) {
      const one = below[i]
      if (this.windows[one] !== undefined) {
        this.windows[one] = undefined
        this.watching--
      }
      this.drop(one)
      if (nodes.isLeaf(one)) continue
      const first = nodes.left[one]
      const end = first + nodes.branches(one)
      for (let child = first; child < end; child++) below.push(child)
    }
  }

  /** Keeps up with the nodes, which grow by doubling. */
  private widen(): void {
    const { capacity } = this.tree.nodes
    if (this.alternate.length === capacity) return
    const wider = new Int32Array(capacity).fill(-1)
    wider.set(this.alternate)
    this.alternate = wider
  }

  private newWindow(): AdwinWindow {
    return new AdwinWindow({ ...adwinOptions, delta: this.parameters.driftDelta })
  }

  byteSize(): number {
    const window = windowBytes(this.newWindow())
    return this.tree.byteSize() + this.alternate.byteLength + this.watching * window
  }

  arrays(): AdaptiveArrays {
    const { size } = this.tree.nodes
    const watched = [...Array(size).keys()].filter((node) => this.windows[node] !== undefined)
    const each = watched.map((node) => this.windows[node] as AdwinWindow)
    const windows = each.flatMap((window) => [...window.scalars(), ...window.counts, ...window.buckets])
    return {
      ...this.tree.arrays(),
      alternate: this.alternate.slice(0, size),
      watched: Int32Array.from(watched),
      windows: Float64Array.from(windows),
      random: Float64Array.from(this.random.save()),
    }
  }

  load(arrays: AdaptiveArrays): void {
    this.tree.load(arrays)
    this.widen()
    this.alternate.set(arrays.alternate)
    this.watching = arrays.watched.length
    for (const beside of arrays.alternate) if (beside >= 0) this.besides++
    this.random.load(arrays.random)
    let at = 0
    const take = (count: number) => arrays.windows.subarray(at, (at += count))
    for (const node of arrays.watched) {
      const window = this.newWindow()
      window.setScalars(take(window.scalars().length))
      window.counts.set(take(window.counts.length))
      window.buckets.set(take(window.buckets.length))
      this.windows[node] = window
    }
  }
}

function windowBytes({ buckets, counts }: AdwinWindow): number {
  return buckets.byteLength + counts.byteLength + 10 * 8
}
