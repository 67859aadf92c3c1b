import type { Learner, RunningLearner, Target } from '../learners/learner.ts'
import { encodeBinary } from '../stats/binary-format.ts'
import type { StatePart, StateRegion, Stateful } from '../stats/state-region.ts'
import type { ModelPlan } from '../stream/graph.ts'
import { type RowSchema, rowSchema } from '../transforms/row-schema.ts'
import { algorithmName } from './algorithm-name.ts'
import { areSameLearners, type LearnerDefinition } from './learner-places.ts'
import { LoadedSlots, type MovedSlot, NAMED, retired } from './loaded-slots.ts'
import type { ModelChange, ModelSlot, ModelTitle, SlotRole } from './model-slot.ts'
import type { NamedColumn } from './named-column.ts'
import { savedColumns } from './saved-columns.ts'

/** What a start made of the slots. */
interface Settled {
  /** Those whose models begin anew. */
  readonly begun: readonly number[]
  /** Those whose models were in another slot. */
  readonly moved: readonly number[]
  /** Whether another model serves. */
  readonly isOther: boolean
}

// One slot for a retrained challenger, one for a former champion on probation. A stream that retrains no more has them
// too: a retrained model may be its champion.
const SPARE = 2

const INHERITED = 'the stream has the champion before no more'

/**
 * The models of a task, each in a slot of its own: a prediction keeps one place for each slot, so a swap moves the
 * title of champion and no data.
 */
export class ModelSlots implements Stateful {
  readonly slots: (ModelSlot | undefined)[]
  readonly schema: RowSchema
  readonly columns: readonly NamedColumn[]
  champion = 0
  /** Whether what was loaded is of a label that meant something else. */
  hasOtherLabel = false
  /** Changes that nobody has been told of yet: part of the race's state, which no change of the stream takes away. */
  changes: ModelChange[] = []
  /** Versions that were given already, in what a fork has left behind. */
  taken: ReadonlySet<string> = new Set()
  private readonly descriptions: readonly Learner<any, any>[]
  /** The same, as far as that outlives a change of the stream. */
  private readonly learners: readonly LearnerDefinition[]
  private readonly target: Target
  private readonly task: number
  /** What the label means. */
  readonly label: string
  private readonly retrains: boolean
  private isLoaded = false
  /** Why models begin anew where none could be loaded. */
  private reason = 'the definition of the models changed'
  /** The models that a task had when it was saved, until `settle`: all that is known of them where their definition changed. */
  private before: readonly ModelTitle[] = []
  /** How many labels the models that begin anew have learned all the same. */
  private adopted = 0
  private readonly found: LoadedSlots

  constructor(plan: ModelPlan, columns: readonly NamedColumn[], target: Target, task: number, label: string) {
    this.descriptions = [plan.model, ...plan.challengers]
    this.columns = columns
    this.schema = rowSchema(columns.map(({ name, kind, size }) => ({ name, kind, size })))
    this.target = target
    this.task = task
    this.label = label
    this.retrains = plan.retrain !== undefined
    this.learners = this.descriptions.map(({ algorithm, parameters }) => ({ algorithm, parameters }))
    this.slots = this.descriptions.map((_, d) =>
      d === 0 ? this.begun(d, 'champion', `v${task}.0`) : this.begun(d, 'challenger', `v${task}.0-c${d}`),
    )
    this.found = new LoadedSlots(this, this.descriptions, this.learners, target)
    this.found.lastServing = this.serving.version
    for (let i = 0; i < SPARE; i++) this.slots.push(undefined)
  }

  /**
   * After a start: models that were carried over to other columns, or that begin here for want of any before, get
   * versions of their own; the latter the given number, and they are scored from here on.
   */
  settle(predicted: number, labels: number, number: number): Settled {
    const all = this.isLoaded ? this.found.moved : predicted === 0 ? [] : this.replaced()
    // What nobody has seen keeps its name, if it has one.
    const moved = predicted === 0 ? all.filter(({ slot }) => this.slots[slot]?.version === '') : all
    this.changes.push(...this.found.left)
    for (const one of moved) {
      if (one.isCarried) this.settleCarried(one, predicted)
      else this.settleAnew(one, predicted, labels, number)
    }
    if (this.found.dethroned !== undefined) {
      const { version, description } = this.serving
      const { version: parent } = this.found.dethroned
      this.changes.push({
        kind: 'promoted',
        version,
        parent,
        algorithm: this.algorithmOf(description),
        reason: INHERITED,
      })
      this.changes.push(this.found.dethroned)
    }
    const begun = moved.flatMap(({ slot, isCarried }) => (isCarried ? [] : [slot]))
    const isOther = this.found.dethroned !== undefined || begun.includes(this.champion)
    this.found.moved = []
    this.found.left = []
    this.found.dethroned = undefined
    this.before = []
    this.isLoaded = true
    const elsewhere =
      this.found.slotBefore?.flatMap((at, i) => (at >= 0 && at !== i && !begun.includes(i) ? [i] : [])) ?? []
    this.found.slotBefore = undefined
    return { begun, moved: elsewhere, isOther }
  }

  private settleCarried({ slot: i, before, reason }: MovedSlot, predicted: number): void {
    const slot = this.slots[i] as ModelSlot
    const { base, at } = carriedAt(before)
    const untold = this.changes.findIndex(({ kind, version }) => kind === 'carried' && version === before)
    if (untold >= 0 && at === predicted) {
      const first = this.changes[untold] // carried over once more before anybody has seen it
      this.changes[untold] = { ...first, reason: `${first.reason}, and then: ${reason}` }
      return
    }
    let suffix = Math.max(predicted, at + 1)
    while (this.taken.has(`${base}.${suffix}`)) suffix++
    const version = `${base}.${suffix}`
    this.slots[i] = { ...slot, version, carriedFrom: before }
    const algorithm = this.algorithmOf(slot.description)
    this.changes.push({ kind: 'carried', version, parent: before, algorithm, reason })
  }

  private settleAnew({ slot: i, before, reason }: MovedSlot, predicted: number, labels: number, number: number): void {
    const slot = this.slots[i] as ModelSlot
    const { description } = slot
    const version = `v${this.task}.${number}${description === 0 ? '' : `-c${description}`}`
    const firstLabel = Math.max(0, labels - this.adopted)
    this.slots[i] = { ...slot, parent: '', born: predicted, firstLabel, job: null, carriedFrom: null, version }
    const parent = before === '' ? null : before
    this.changes.push({ kind: 'anew', version, parent, algorithm: this.algorithmOf(description), reason })
  }

  /** What is to be remembered of the models beside their own state. */
  titles(): ModelTitle[] {
    return this.slots.flatMap((slot) => {
      if (slot === undefined) return []
      const { version, parent, description, role } = slot
      const algorithm = this.algorithmOf(description)
      return [{ version, parent, description, role, algorithm, learner: this.learners[description] }]
    })
  }

  /** What was remembered of those that a task had, and what the label meant to them. */
  recall(before: readonly ModelTitle[], label = this.label): void {
    this.before = before
    this.found.lastServing = before.find(({ role }) => role === 'champion')?.version ?? this.lastServing
    this.hasOtherLabel = label !== this.label
    if (this.hasOtherLabel) this.reason = 'the label means something else'
  }

  /** Takes over the models of the same descriptions, which have learned so many of the latest labels elsewhere: those that begin here begin as they are. */
  adopt(others: ModelSlots, learned: number): void {
    this.adopted = learned
    if (this.isLoaded) {
      this.found.moved = this.found.moved.map((one) => {
        if (one.isCarried) return one
        const slot = this.slots[one.slot] as ModelSlot
        this.slots[one.slot] = { ...slot, learner: (others.slots[slot.description] as ModelSlot).learner }
        return { ...one, reason: `${one.reason}, and it was rebuilt from the log` }
      })
      return
    }
    this.descriptions.forEach((_, d) => {
      this.slots[d] = { ...(this.slots[d] as ModelSlot), learner: (others.slots[d] as ModelSlot).learner }
    })
    this.reason = `${this.reason}, and they were rebuilt from the log`
  }

  /** For each slot where it was when the models were saved, -1 where it was not; undefined unless some were loaded, and after `settle`. */
  get slotBefore(): readonly number[] | undefined {
    return this.found.slotBefore
  }

  /** The version that served when the models were saved. */
  get lastServing(): string {
    return this.found.lastServing
  }

  /** Whether some of the models that were loaded begin anew. */
  get beginsAnew(): boolean {
    return this.found.moved.some(({ isCarried }) => !isCarried)
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
    const load = (bytes: Uint8Array): void => {
      this.found.load(bytes)
      this.isLoaded = true
    }
    return { slots: { save: () => this.save(), load } }
  }

  part(): StatePart {
    const { target, columns, label } = this
    const learners = this.learners.map(({ algorithm, parameters }) => [algorithm, parameters])
    return {
      path: 'models',
      definition: JSON.stringify([target.problem, columns, learners, label]),
      state: this,
      carries: (definition) => {
        const [problem, read, saved, meant] = JSON.parse(definition) as [string, NamedColumn[], Named[], string?]
        const isEarlier = meant === undefined && JSON.stringify(saved) !== JSON.stringify(learners) // knew only equal lists
        if (problem !== target.problem || (meant ?? label) !== label || isEarlier) return undefined
        const before = savedColumns(read)
        if (before.some(({ source }) => source === undefined)) return undefined
        return this.found.changesFrom(
          before,
          saved.map(([algorithm, parameters]) => ({ algorithm, parameters })),
        )
      },
    }
  }

  /** None of the models before could be loaded: which of the new ones takes the place of which, while all others leave. */
  private replaced(): MovedSlot[] {
    const { reason, before } = this
    const succeeded = new Set<ModelTitle>()
    const moved = this.slots.flatMap((slot, i): MovedSlot[] => {
      if (slot === undefined) return []
      const learner = this.learners[slot.description]
      const isNamed = (title: ModelTitle): boolean =>
        title.role !== 'champion' &&
        title.parent === '' &&
        !succeeded.has(title) &&
        areSameLearners(title.learner, learner)
      const one = before.find((title) => (i === this.champion ? title.role === 'champion' : isNamed(title)))
      if (one !== undefined) succeeded.add(one)
      return [{ slot: i, isCarried: false, before: one?.version ?? '', reason: one === undefined ? NAMED : reason }]
    })
    for (const one of before) if (!succeeded.has(one)) this.found.left.push(retired(one, one.algorithm, reason))
    this.changes.push(...this.found.left.splice(0))
    return moved
  }

  /** The name of a description, with its steps where it is a pipeline. */
  algorithmOf(description: number): string {
    return algorithmName(this.descriptions[description])
  }

  private save(): Uint8Array {
    const arrays: Record<string, Uint8Array> = {}
    const slots = this.slots.map((slot, i) => {
      if (slot === undefined) return null
      const { learner, ...rest } = slot
      arrays[`slot${i}`] = learner.save()
      return rest
    })
    const { champion, columns, learners } = this
    return encodeBinary('model-slots', { champion, slots, columns, learners }, arrays)
  }

  /** Whether the stream names a model to be always there: its challengers, and without retraining its first champion too. */
  isNamed({ parent, description }: Pick<ModelSlot, 'parent' | 'description'>): boolean {
    return parent === '' && (description > 0 || !this.retrains)
  }

  /** A model of a description that has learned nothing. */
  begun(description: number, role: SlotRole, version: string): ModelSlot {
    const none = { parent: '', born: 0, firstLabel: 0, job: null, carriedFrom: null }
    return { ...none, version, description, learner: this.build(description), role }
  }
}

/** A learner in the part's definition. */
type Named = readonly [algorithm: string, parameters: LearnerDefinition['parameters']]

/** A version without the prediction at which it was carried over before, and that; -1 where it never was. */
function carriedAt(version: string): { readonly base: string; readonly at: number } {
  const [, base, at] = /^(v\d+\.\d+(?:-c\d+)?)\.(\d+)$/.exec(version) ?? [version, version, '-1']
  return { base, at: Number(at) }
}
