import type { BinaryArray } from '../../stats/binary-format.ts'
import type { RowSchema } from '../../transforms/row-schema.ts'
import { saveSnapshot } from '../../transforms/snapshot.ts'
import type { RunningLearner, Target } from '../learner.ts'

/** What a running composite is of. */
export interface CompositeDescription {
  readonly algorithm: string
  readonly parameters: Readonly<Record<string, unknown>>
  readonly schema: RowSchema
  readonly target: Target
}

/** A learner at work that is made of others, which learn the same rows. */
export abstract class RunningComposite implements RunningLearner {
  readonly outputs: number
  readonly arrive?: RunningLearner['arrive']
  readonly renewSteps?: RunningLearner['renewSteps']
  protected readonly of: CompositeDescription
  protected readonly parts: readonly RunningLearner[]
  /** What it knows beside its parts. */
  protected readonly state: Float64Array
  /** What each part says of the row at hand, one after another. */
  protected readonly said: Float64Array

  constructor(of: CompositeDescription, parts: readonly RunningLearner[], state: Float64Array) {
    this.of = of
    this.parts = parts
    this.state = state
    this.outputs = of.target.classes
    this.said = new Float64Array(Math.max(16, parts.length * Math.max(2, of.target.classes)))
    if (parts.some((part) => part.arrive)) {
      this.arrive = (row, offset) => {
        for (const part of parts) part.arrive?.(row, offset)
      }
    }
    if (parts.some((part) => part.renewSteps)) {
      this.renewSteps = (share) => {
        for (const part of parts) part.renewSteps?.(share)
      }
    }
  }

  abstract predict(row: Float64Array, offset: number, out: Float64Array, at: number): void
  abstract learn(row: Float64Array, offset: number, label: number, weight: number): void
  abstract predictThenLearn(
    row: Float64Array,
    offset: number,
    label: number,
    weight: number,
    out: Float64Array,
    at: number,
  ): void
  /** The same composite over other parts and another state. */
  protected abstract over(parts: readonly RunningLearner[], state: Float64Array): RunningLearner

  save(): Uint8Array {
    const { algorithm, parameters, schema, target } = this.of
    const arrays: Record<string, BinaryArray> = { state: this.state }
    for (const [i, part] of this.parts.entries()) arrays[`part${i}`] = part.save()
    return saveSnapshot(algorithm, parameters, schema, arrays, target)
  }

  clone(): RunningLearner {
    const parts = this.parts.map((part) => part.clone())
    return this.over(parts, this.state.slice())
  }

  byteSize(): number {
    return this.parts.reduce((sum, part) => sum + part.byteSize(), this.state.byteLength)
  }
}
