import type { BinaryArray } from '../../stats/binary-format.ts'
import { BaggedTree } from './bagged-tree.ts'
import type { EnsembleTree, MakeTree } from './ensemble-member.ts'

/**
 * A tree of an ensemble beside which another can grow in the background, to take its place: it learns each row once, however
 * often the tree does.
 */
export abstract class ReplacedTree extends BaggedTree {
  protected background: EnsembleTree | undefined
  private readonly scratch: Float64Array

  constructor(lambda: number, seed: number, make: MakeTree) {
    super(lambda, seed, make)
    this.scratch = new Float64Array(Math.max(16, this.tree.outputs))
  }

  /** Lets the tree in the background learn a row that the tree learned so many `times`; gives how wrong it was, 0 where there is none. */
  protected learnBehind(
    row: Float64Array,
    offset: number,
    label: number,
    weight: number,
    clean: boolean,
    times: number,
  ): number {
    const { background } = this
    if (background === undefined) return 0
    return this.step(background, row, offset, label, times > 0 ? weight : 0, clean, this.scratch, 0)
  }

  /** Begins a tree in the background, in place of one that may be there. */
  protected warn(): void {
    this.background = this.planted()
  }

  /** The tree in the background takes the other's place; a new one where there is none. */
  protected replace(): void {
    this.tree = this.background ?? this.planted()
    this.background = undefined
  }

  override byteSize(): number {
    return super.byteSize() + (this.background?.byteSize() ?? 0)
  }

  override arrays(prefix: string): Record<string, BinaryArray> {
    const all = super.arrays(prefix)
    if (this.background) Object.assign(all, this.treeArrays(`${prefix}.background.`, this.background))
    return all
  }

  override load(prefix: string, arrays: Readonly<Record<string, BinaryArray>>): void {
    this.background = this.loadedTree(`${prefix}.background.`, arrays)
    super.load(prefix, arrays)
  }
}
