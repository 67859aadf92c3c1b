import type { Learner, RunningLearner, Target } from '../learners/learner.ts'
import { decodeBinary, encodeBinary } from '../stats/binary-format.ts'
import type { StateRegion, Stateful } from '../stats/state-region.ts'
import type { ModelPlan } from '../stream/graph.ts'
import type { RowSchema } from '../transforms/row-schema.ts'

/**
 * What a model is in the race: it serves; the stream named it a challenger; it was retrained and is on trial; it served
 * before the champion and may come back; or it was rolled back, and serves again only where somebody says so.
 */
export type SlotRole = 'champion' | 'challenger' | 'trial' | 'former' | 'benched'

/** A model at work in a task. */
export interface ModelSlot {
  readonly version: string
  /** The version it was trained or promoted beside; empty for those that the stream names. */
  readonly parent: string
  /** Which of the graph's descriptions it is: 0 = `model`, i = `challengers[i - 1]`. */
  readonly description: number
  /** Rows predicted before its birth: it is scored only on later ones. */
  readonly born: number
  readonly learner: RunningLearner
  role: SlotRole
}

const SPARE = 2 // one slot for a retrained challenger, one for a former champion on probation

/**
 * The models of a task, each in a slot of its own: a prediction keeps one place for each slot, so a swap moves the
 * title of champion and no data.
 */
export class ModelSlots implements Stateful {
  readonly slots: (ModelSlot | undefined)[]
  readonly schema: RowSchema
  champion = 0
  private readonly descriptions: readonly Learner<any, any>[]
  private readonly target: Target
  private readonly task: number
  private isLoaded = false

  constructor(plan: ModelPlan, schema: RowSchema, target: Target, task: number) {
    this.descriptions = [plan.model, ...plan.challengers]
    this.schema = schema
    this.target = target
    this.task = task
    const spare = plan.retrain === undefined ? 0 : SPARE
    this.slots = this.descriptions.map((_, description) => ({
      version: description === 0 ? `v${task}.0` : `v${task}.0-c${description}`,
      parent: '',
      description,
      born: 0,
      learner: this.build(description),
      role: description === 0 ? 'champion' : 'challenger',
    }))
    for (let i = 0; i < spare; i++) this.slots.push(undefined)
  }

  /** Models that could not be carried over from before begin here: with versions of their own, and scored from here on. */
  beginAfter(predicted: number): void {
    if (this.isLoaded || predicted === 0) return
    this.slots.forEach((slot, i) => {
      if (slot === undefined) return
      const version = `v${this.task}.${predicted}${slot.description === 0 ? '' : `-c${slot.description}`}`
      this.slots[i] = { ...slot, version, born: predicted }
    })
  }

  /** The champion's slot. */
  get serving(): ModelSlot {
    return this.slots[this.champion] as ModelSlot
  }

  /** The first slot with a role, or -1. */
  withRole(role: SlotRole): number {
    const { slots } = this
    for (let s = 0; s < slots.length; s++) if (slots[s]?.role === role) return s
    return -1
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
      const { learner, ...rest } = slot
      arrays[`slot${i}`] = learner.save()
      return rest
    })
    return encodeBinary('model-slots', { champion: this.champion, slots }, arrays)
  }

  private load(bytes: Uint8Array): void {
    const { header, arrays } = decodeBinary('model-slots', bytes)
    const saved = header as { champion: number; slots: (Omit<ModelSlot, 'learner'> | null)[] }
    this.champion = saved.champion
    this.isLoaded = true
    saved.slots.forEach((slot, i) => {
      this.slots[i] =
        slot === null ? undefined : { ...slot, learner: this.build(slot.description, arrays[`slot${i}`] as Uint8Array) }
    })
  }
}
