import type { Learner, RunningLearner, Target } from '../learners/learner.ts'
import { decodeBinary, encodeBinary } from '../stats/binary-format.ts'
import type { StatePart, StateRegion, Stateful } from '../stats/state-region.ts'
import type { ModelPlan } from '../stream/graph.ts'
import { type RowSchema, rowSchema } from '../transforms/row-schema.ts'
import { carriedModel } from './carried-model.ts'
import { columnChanges, type NamedColumn } from './named-column.ts'

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
  /** The first label that it learned or was trained on, of those of the task. */
  readonly firstLabel: number
  /** The retrain job that made it; null for those that the stream names. */
  readonly job: string | null
  /** The version it was before the stream's columns changed; null where they did not. */
  readonly carriedFrom: string | null
  readonly learner: RunningLearner
  role: SlotRole
}

/** What a change of the stream's columns made of a model. */
export interface ModelChange {
  readonly kind: 'carried' | 'anew'
  readonly version: string
  /** What it was before. */
  readonly parent: string
  readonly description: number
  readonly reason: string
}

/** What is saved of a model beside its learner. */
export type SavedModelSlot = Omit<ModelSlot, 'learner'>

// One slot for a retrained challenger, one for a former champion on probation. A stream that retrains no more has them
// too: a retrained model may be its champion.
const SPARE = 2

/**
 * The models of a task, each in a slot of its own: a prediction keeps one place for each slot, so a swap moves the
 * title of champion and no data.
 */
export class ModelSlots implements Stateful {
  readonly slots: (ModelSlot | undefined)[]
  readonly schema: RowSchema
  readonly columns: readonly NamedColumn[]
  champion = 0
  /** Changes that nobody has been told of yet. */
  changes: ModelChange[] = []
  private readonly descriptions: readonly Learner<any, any>[]
  private readonly target: Target
  private readonly task: number
  private readonly retrains: boolean
  private isLoaded = false
  /** Why models begin anew where none could be loaded. */
  private reason = 'the definition of the models changed'
  /** Slots that were loaded with other columns, and whether their models were carried over, until `settle`. */
  private moved: { readonly slot: number; readonly isCarried: boolean; readonly reason: string }[] = []

  constructor(plan: ModelPlan, columns: readonly NamedColumn[], target: Target, task: number) {
    this.descriptions = [plan.model, ...plan.challengers]
    this.columns = columns
    this.schema = rowSchema(columns.map(({ name, kind, size }) => ({ name, kind, size })))
    this.target = target
    this.task = task
    this.retrains = plan.retrain !== undefined
    this.slots = this.descriptions.map((_, description) => ({
      version: description === 0 ? `v${task}.0` : `v${task}.0-c${description}`,
      parent: '',
      description,
      born: 0,
      firstLabel: 0,
      job: null,
      carriedFrom: null,
      learner: this.build(description),
      role: description === 0 ? 'champion' : 'challenger',
    }))
    for (let i = 0; i < SPARE; i++) this.slots.push(undefined)
  }

  /**
   * After a start: models that were carried over to other columns, or that begin here for want of any before, get
   * versions of their own; the latter are scored from here on. Gives the slots of those that begin anew.
   */
  settle(predicted: number, labels: number): number[] {
    const moved = this.isLoaded
      ? this.moved
      : this.slots.flatMap((slot, i) => (slot === undefined ? [] : [begun(i, this.reason)]))
    this.moved = []
    this.isLoaded = true
    if (predicted === 0) return []
    for (const { slot: i, isCarried, reason } of moved) {
      const slot = this.slots[i] as ModelSlot
      const { description, version: parent } = slot
      const version = isCarried
        ? `${baseOf(parent)}.${predicted}`
        : `v${this.task}.${predicted}${description === 0 ? '' : `-c${description}`}`
      this.slots[i] = isCarried
        ? { ...slot, version, carriedFrom: parent }
        : { ...slot, version, born: predicted, firstLabel: labels, job: null, carriedFrom: null }
      this.changes.push({ kind: isCarried ? 'carried' : 'anew', version, parent, description, reason })
    }
    return moved.flatMap(({ slot, isCarried }) => (isCarried ? [] : [slot]))
  }

  /** Takes over the models of the same descriptions, which have learned elsewhere: they begin here as those would. */
  adopt(others: ModelSlots): void {
    this.descriptions.forEach((_, d) => {
      this.slots[d] = { ...(this.slots[d] as ModelSlot), learner: (others.slots[d] as ModelSlot).learner }
    })
    this.reason = 'the definition of the models changed, and they were rebuilt from the log'
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

  part(): StatePart {
    const { target, columns } = this
    const learners = this.descriptions.map(({ algorithm, parameters }) => [algorithm, parameters])
    return {
      path: 'models',
      definition: JSON.stringify([target.problem, columns, learners]),
      state: this,
      carries: (definition) => {
        const [problem, before, saved] = JSON.parse(definition) as [string, NamedColumn[], unknown]
        const anew = this.descriptions.filter(({ carry }) => carry === undefined).map(({ algorithm }) => algorithm)
        if (problem !== target.problem || JSON.stringify(saved) !== JSON.stringify(learners)) return undefined
        if (anew.length === learners.length || before.some(({ codes }) => codes === undefined)) return undefined
        const changes = columnChanges(before, columns)
        return anew.length === 0 ? changes : `${changes}; anew: ${anew.join(', ')}`
      },
    }
  }

  private save(): Uint8Array {
    const arrays: Record<string, Uint8Array> = {}
    const slots = this.slots.map((slot, i) => {
      if (slot === undefined) return null
      const { learner, ...rest } = slot
      arrays[`slot${i}`] = learner.save()
      return rest
    })
    const { champion, columns, changes } = this
    return encodeBinary('model-slots', { champion, slots, columns, changes }, arrays)
  }

  private load(bytes: Uint8Array): void {
    const { header, arrays } = decodeBinary('model-slots', bytes)
    const saved = header as unknown as {
      readonly champion: number
      readonly slots: readonly (SavedModelSlot | null)[]
      readonly columns: readonly NamedColumn[]
      readonly changes: ModelChange[]
    }
    this.champion = saved.champion
    this.changes = saved.changes
    this.isLoaded = true
    this.moved = []
    const isSame = JSON.stringify(saved.columns) === JSON.stringify(this.columns)
    saved.slots.forEach((slot, i) => {
      const model = arrays[`slot${i}`] as Uint8Array
      if (slot === null) this.slots[i] = undefined
      else if (isSame) this.slots[i] = { ...slot, learner: this.build(slot.description, model) }
      else this.slots[i] = this.move(i, slot, model, saved.columns)
    })
  }

  /** A model over the columns as they are now: carried over, else begun anew where it has to be there, else gone. */
  private move(
    i: number,
    slot: SavedModelSlot,
    model: Uint8Array,
    from: readonly NamedColumn[],
  ): ModelSlot | undefined {
    const { description } = slot
    const carried = carriedModel(this.descriptions[description], model, from, this.columns, this.target)
    const reason = `the columns changed: ${columnChanges(from, this.columns)}`
    const isNamed = slot.parent === '' && (description > 0 || !this.retrains)
    const isServing = slot.role === 'champion'
    if (carried === undefined && !isServing && !isNamed) return undefined
    this.moved.push({ slot: i, isCarried: carried !== undefined, reason })
    const role = carried !== undefined || isServing ? slot.role : 'challenger'
    return { ...slot, role, learner: this.build(description, carried) }
  }
}

function begun(slot: number, reason: string) {
  return { slot, isCarried: false, reason }
}

/** A version without the prediction at which it was carried over before. */
function baseOf(version: string): string {
  return version.replace(/^(v\d+\.\d+(?:-c\d+)?)\.\d+$/, '$1')
}
