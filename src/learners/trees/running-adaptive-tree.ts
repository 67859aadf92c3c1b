import type { RowSchema } from '../../transforms/row-schema.ts'
import { saveSnapshot } from '../../transforms/snapshot.ts'
import { checkLabel } from '../check-label.ts'
import type { RunningLearner, Target } from '../learner.ts'
import { type AdaptiveArrays, type AdaptiveParameters, AdaptiveTree } from './adaptive-tree.ts'
import { explainPath } from './explain-path.ts'
import type { GrowingTree } from './growing-tree.ts'
import type { LeafSlots } from './leaf-slots.ts'

/** What a running adaptive tree is of, and how an empty tree is made that counts so many bytes beside each slot. */
export interface AdaptiveDescription {
  readonly algorithm: string
  readonly parameters: AdaptiveParameters
  readonly schema: RowSchema
  readonly target: Target
  readonly make: (extraBytes: number) => GrowingTree<LeafSlots>
}

/** A Hoeffding adaptive tree at work, for classes or values. */
export class RunningAdaptiveTree implements RunningLearner {
  readonly outputs: number
  private readonly description: AdaptiveDescription
  private readonly tree: AdaptiveTree

  constructor(description: AdaptiveDescription, arrays?: AdaptiveArrays) {
    this.description = description
    this.tree = new AdaptiveTree(description.parameters, description.make)
    this.outputs = this.tree.tree.outputs
    if (arrays) this.tree.load(arrays)
    else this.tree.plant()
  }

  predict(row: Float64Array, offset: number, out: Float64Array, at: number): void {
    this.tree.answer(row, offset, out, at)
  }

  learn(row: Float64Array, offset: number, label: number, weight: number): void {
    if (checkLabel(this.description.target, label, weight)) this.tree.learn(row, offset, label, weight)
  }

  predictThenLearn(
    row: Float64Array,
    offset: number,
    label: number,
    weight: number,
    out: Float64Array,
    at: number,
  ): void {
    if (checkLabel(this.description.target, label, weight))
      this.tree.answerThenLearn(row, offset, label, weight, out, at)
    else this.tree.answer(row, offset, out, at)
  }

  explain(row: Float64Array, offset: number, out: Float64Array, at: number): void {
    explainPath(this.tree.tree, 0, row, offset, out, at)
  }

  save(): Uint8Array {
    const { algorithm, parameters, schema, target } = this.description
    return saveSnapshot(algorithm, parameters, schema, this.tree.arrays(), target)
  }

  clone(): RunningLearner {
    return new RunningAdaptiveTree(this.description, this.tree.arrays())
  }

  byteSize(): number {
    return this.tree.byteSize()
  }
}
