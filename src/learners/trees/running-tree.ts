import type { RowSchema } from '../../transforms/row-schema.ts'
import { saveSnapshot } from '../../transforms/snapshot.ts'
import { checkLabel } from '../check-label.ts'
import type { RunningLearner, Target } from '../learner.ts'
import { explainPath } from './explain-path.ts'
import type { GrowingTree, TreeArrays } from './growing-tree.ts'
import type { LeafSlots } from './leaf-slots.ts'

/** What a running tree is of, and how an empty one is made. */
export interface TreeDescription {
  readonly algorithm: string
  readonly parameters: object
  readonly schema: RowSchema
  readonly target: Target
  readonly make: () => GrowingTree<LeafSlots>
}

const ROOT = 0

/** A Hoeffding tree at work, for classes or values. */
export class RunningTree implements RunningLearner {
  readonly outputs: number
  private readonly description: TreeDescription
  private readonly tree: GrowingTree<LeafSlots>
  private readonly scratch: Float64Array

  constructor(description: TreeDescription, arrays?: TreeArrays) {
    this.description = description
    this.tree = description.make()
    this.outputs = this.tree.outputs
    this.scratch = new Float64Array(Math.max(16, this.outputs))
    if (arrays) this.tree.load(arrays)
    else this.tree.plant()
  }

  predict(row: Float64Array, offset: number, out: Float64Array, at: number): void {
    const { tree } = this
    const clean = tree.isClean(row, offset)
    tree.answer(tree.nodes.leafBelow(ROOT, row, offset, clean), row, offset, clean, out, at)
  }

  learn(row: Float64Array, offset: number, label: number, weight: number): void {
    if (checkLabel(this.description.target, label, weight)) this.step(row, offset, label, weight, this.scratch, 0)
  }

  predictThenLearn(
    row: Float64Array,
    offset: number,
    label: number,
    weight: number,
    out: Float64Array,
    at: number,
  ): void {
    if (checkLabel(this.description.target, label, weight)) this.step(row, offset, label, weight, out, at)
    else this.predict(row, offset, out, at)
  }

  private step(row: Float64Array, offset: number, label: number, weight: number, out: Float64Array, at: number): void {
    const { tree } = this
    const clean = tree.isClean(row, offset)
    const leaf = tree.nodes.leafBelow(ROOT, row, offset, clean)
    if (tree.answerThenLearn(leaf, row, offset, label, weight, clean, out, at)) tree.tryToSplit(leaf)
  }

  explain(row: Float64Array, offset: number, out: Float64Array, at: number): void {
    explainPath(this.tree, ROOT, row, offset, out, at)
  }

  save(): Uint8Array {
    const { algorithm, parameters, schema, target } = this.description
    return saveSnapshot(algorithm, parameters, schema, this.tree.arrays(), target)
  }

  clone(): RunningLearner {
    return new RunningTree(this.description, this.tree.arrays())
  }

  byteSize(): number {
    return this.tree.byteSize()
  }
}
