import type { RowSchema } from '../../transforms/row-schema.ts'
import { saveSnapshot } from '../../transforms/snapshot.ts'
import { checkLabel } from '../check-label.ts'
import type { RunningLearner, Target } from '../learner.ts'
import type { Watcher, WatcherState, Wrapping } from './wrapped-learner.ts'

/**
 * A learner at work with a watcher around it: the watcher sees what the learner says of a row before it learns the
 * label.
 */
export class RunningWrappedLearner<S extends WatcherState> implements RunningLearner {
  readonly outputs: number
  readonly arrive?: RunningLearner['arrive']
  readonly explain?: RunningLearner['explain']
  readonly renewSteps?: RunningLearner['renewSteps']
  readonly predictInterval?: RunningLearner['predictInterval']
  readonly predictSet?: RunningLearner['predictSet']
  private readonly of: Wrapping<S>
  private readonly schema: RowSchema
  private readonly target: Target
  private readonly learner: RunningLearner
  private readonly state: S
  private readonly watcher: Watcher
  private readonly said: Float64Array // what the learner said of the row at hand

  constructor(of: Wrapping<S>, schema: RowSchema, target: Target, learner: RunningLearner, state: S) {
    this.of = of
    this.schema = schema
    this.target = target
    this.outputs = learner.outputs
    this.learner = learner
    this.state = state
    this.watcher = of.watcher(state, target)
    this.said = new Float64Array(learner.outputs)
    if (learner.arrive) this.arrive = (row, offset) => this.learner.arrive?.(row, offset)
    if (learner.explain) this.explain = (row, offset, out, at) => this.learner.explain?.(row, offset, out, at)
    if (learner.renewSteps) this.renewSteps = (share) => this.learner.renewSteps?.(share)
    if (this.watcher.interval) this.predictInterval = this.interval
    if (this.watcher.set) this.predictSet = this.set
  }

  predict(row: Float64Array, offset: number, out: Float64Array, at: number): void {
    this.learner.predict(row, offset, out, at)
    this.watcher.adjust?.(out, at)
  }

  learn(row: Float64Array, offset: number, label: number, weight: number): void {
    if (!checkLabel(this.target, label, weight)) return
    this.learner.predictThenLearn(row, offset, label, weight, this.said, 0)
    this.watcher.watch(this.said, label, weight)
  }

  predictThenLearn(
    row: Float64Array,
    offset: number,
    label: number,
    weight: number,
    out: Float64Array,
    at: number,
  ): void {
    const learns = checkLabel(this.target, label, weight)
    const { said, outputs } = this
    this.learner.predictThenLearn(row, offset, label, weight, said, 0)
    for (let i = 0; i < outputs; i++) out[at + i] = said[i]
    this.watcher.adjust?.(out, at)
    if (learns) this.watcher.watch(said, label, weight)
  }

  private interval(row: Float64Array, offset: number, out: Float64Array, at: number): void {
    this.learner.predict(row, offset, this.said, 0)
    this.watcher.interval?.(this.said, out, at)
  }

  private set(row: Float64Array, offset: number, out: Float64Array, at: number): void {
    this.learner.predict(row, offset, this.said, 0)
    this.watcher.set?.(this.said, out, at)
  }

  save(): Uint8Array {
    const { algorithm, parameters } = this.of
    const watcher = saveSnapshot(algorithm, parameters, this.schema, this.state, this.target)
    return saveSnapshot(algorithm, parameters, this.schema, { learner: this.learner.save(), watcher }, this.target)
  }

  clone(): RunningLearner {
    const state = this.of.state(this.target)
    for (const name of Object.keys(state)) state[name].set(this.state[name])
    return new RunningWrappedLearner(this.of, this.schema, this.target, this.learner.clone(), state)
  }

  byteSize(): number {
    let bytes = this.learner.byteSize() + this.watcher.byteSize
    for (const array of Object.values(this.state)) bytes += array.byteLength
    return bytes
  }
}
