import type { Learner, RunningLearner, Target } from '../learners/learner.ts'
import { decodeBinary, encodeBinary } from '../stats/binary-format.ts'
import type { StateRegion, Stateful } from '../stats/state-region.ts'
import type { ModelPlan } from '../stream/graph.ts'
import type { RowSchema } from '../transforms/row-schema.ts'

/** A model at work in a task. */
export interface ModelSlot {
  readonly version: string
  /** The version it was trained or promoted beside; empty for the first. */
  readonly parent: string
  /** Which of the graph's descriptions it is: 0 = `model`, i = `challengers[i - 1]`. */
  readonly description: number
  /** Rows predicted before its birth: it is scored only on later ones. */
  readonly born: number
  readonly learner: RunningLearner
}

const SPARE = 2 // one slot for a retrained challenger, one for a former champion on probation

/**
 * The models of a task, each in a slot of its own: a prediction keeps one place for each slot, so a swap moves the
 * title of champion and no data.
 */
export class ModelSlots implements Stateful {
  readonly slots: (ModelSlot | undefined)[]
  champion = 0
  private readonly descriptions: readonly Learner<any, any>[]
  private readonly schema: RowSchema
  private readonly target: Target

  constructor(plan: ModelPlan, schema: RowSchema, target: Target, task: number) {
    this.descriptions = [plan.model, ...plan.challengers]
    this.schema = schema
    this.target = target
    const spare = plan.retrain === undefined ? 0 : SPARE
    this.slots = this.descriptions.map((_, description) => ({
      version: description === 0 ? `v${task}.0` : `v${task}.0-c${description}`,
      parent: '',
      description,
      born: 0,
      learner: this.build(description),
    }))
    for (let i = 0; i < spare; i++) this.slots.push(undefined)
  }

  /** The champion's slot. */
  get serving(): ModelSlot {
    return this.slots[this.champion] as ModelSlot
  }

  /** A learner of one of the graph's descriptions: new, or as it was saved. */
  build(description: number, snapshot?: Uint8Array): RunningLearner {
    return this.descriptions[description].build(this.schema, this.target, snapshot)
  }

  regions(): Readonly<Record<string, StateRegion>> {
    return { slots: { save: () => this.save(), load: (bytes) => this.load(bytes) } }
  }

  private save(): Uint8Array {
    const arrays: Record<string, Uint8Array> = {}
    const slots = this.slots.map((slot, i) => {
      if (slot === undefined) return null
      arrays[`slot${i}`] = slot.learner.save()
      const { version, parent, description, born } = slot
      return { version, parent, description, born }
    })
    return encodeBinary('model-slots', { champion: this.champion, slots }, arrays)
  }

  private load(bytes: Uint8Array): void {
    const { header, arrays } = decodeBinary('model-slots', bytes)
    const saved = header as { champion: number; slots: (Omit<ModelSlot, 'learner'> | null)[] }
    this.champion = saved.champion
    saved.slots.forEach((slot, i) => {
      this.slots[i] =
        slot === null ? undefined : { ...slot, learner: this.build(slot.description, arrays[`slot${i}`] as Uint8Array) }
    })
  }
}
