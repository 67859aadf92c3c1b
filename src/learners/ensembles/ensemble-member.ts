import type { BinaryArray } from '../../stats/binary-format.ts'
import { SeededRandom } from '../../stats/seeded-random.ts'
import { explainPath } from '../trees/explain-path.ts'
import type { GrowingTree, TreeArrays } from '../trees/growing-tree.ts'
import type { LeafSlots } from '../trees/leaf-slots.ts'

export type EnsembleTree = GrowingTree<LeafSlots>

/** Makes an empty tree, which draws what it looks at from `random`; or one over the `columns` that a saved tree looked at. */
export type MakeTree = (random: SeededRandom, columns?: Int32Array) => EnsembleTree

type Arrays = Readonly<Record<string, BinaryArray>>
const ROOT = 0

/** A tree of an ensemble, with random numbers of its own. */
export class EnsembleMember {
  protected tree: EnsembleTree
  protected readonly make: MakeTree
  protected readonly random: SeededRandom

  constructor(seed: number, make: MakeTree) {
    this.make = make
    this.random = new SeededRandom(seed)
    this.tree = make(this.random)
    this.tree.plant()
  }

  /** How much its vote counts. */
  get vote(): number {
    return 1
  }

  answer(row: Float64Array, offset: number, clean: boolean, out: Float64Array, to: number): void {
    const { tree } = this
    tree.answer(tree.nodes.leafBelow(ROOT, row, offset, clean), row, offset, clean, out, to)
  }

  /** Writes what the tree says, then learns the row. Gives how wrong it was, from 0 to 1. */
  answerThenLearn(
    row: Float64Array,
    offset: number,
    label: number,
    weight: number,
    clean: boolean,
    out: Float64Array,
    to: number,
  ): number {
    return this.step(this.tree, row, offset, label, weight, clean, out, to)
  }

  /** What each column changed on the row's way down the tree. */
  explain(row: Float64Array, offset: number, out: Float64Array): void {
    explainPath(this.tree, ROOT, row, offset, out, 0)
  }

  protected step(
    tree: EnsembleTree,
    row: Float64Array,
    offset: number,
    label: number,
    weight: number,
    clean: boolean,
    out: Float64Array,
    to: number,
  ): number {
    const leaf = tree.nodes.leafBelow(ROOT, row, offset, clean)
    if (weight > 0) {
      if (tree.answerThenLearn(leaf, row, offset, label, weight, clean, out, to)) tree.tryToSplit(leaf)
    } else tree.answer(leaf, row, offset, clean, out, to)
    return tree.error(out, to, label)
  }

  protected planted(): EnsembleTree {
    const tree = this.make(this.random)
    tree.plant()
    return tree
  }

  byteSize(): number {
    return this.tree.byteSize()
  }

  /** The state, each array's name after `prefix`. */
  arrays(prefix: string): Record<string, BinaryArray> {
    const all: Record<string, BinaryArray> = { [`${prefix}.random`]: Float64Array.from(this.random.save()) }
    return Object.assign(all, this.treeArrays(`${prefix}.tree.`, this.tree))
  }

  load(prefix: string, arrays: Arrays): void {
    this.tree = this.loadedTree(`${prefix}.tree.`, arrays) ?? this.tree
    this.random.load(arrays[`${prefix}.random`])
  }

  protected treeArrays(prefix: string, tree: EnsembleTree): Record<string, BinaryArray> {
    const { numberAt, codeAt, width } = tree.layout
    const all: Record<string, BinaryArray> = {}
    if (numberAt.length + codeAt.length < width) all[`${prefix}columns`] = Int32Array.of(...numberAt, ...codeAt)
    for (const [name, array] of Object.entries(tree.arrays())) all[prefix + name] = array
    return all
  }

  /** The tree that was saved with that prefix, if one was. */
  protected loadedTree(prefix: string, arrays: Arrays): EnsembleTree | undefined {
    const names = Object.keys(arrays).filter((name) => name.startsWith(prefix))
    if (names.length === 0) return undefined
    const own = Object.fromEntries(names.map((name) => [name.slice(prefix.length), arrays[name]]))
    const tree = this.make(this.random, own.columns as Int32Array | undefined)
    tree.load(own as unknown as TreeArrays)
    return tree
  }
}
