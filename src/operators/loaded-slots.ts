import type { Learner, Target } from '../learners/learner.ts'
import { decodeBinary } from '../stats/binary-format.ts'
import { algorithmName } from './algorithm-name.ts'
import { carriedModel } from './carried-model.ts'
import { areSameLearners, type LearnerDefinition, learnerPlaces } from './learner-places.ts'
import type { ModelChange, ModelSlot, ModelTitle, SavedModelSlot, SlotRole } from './model-slot.ts'
import type { ModelSlots } from './model-slots.ts'
import { areSameColumns, columnChanges, type NamedColumn } from './named-column.ts'
import { savedColumns } from './saved-columns.ts'

/** A slot whose model was carried over to other columns or begins anew, and the version that it was or takes the place of. */
export interface MovedSlot {
  readonly slot: number
  readonly isCarried: boolean
  /** '' of a model that the stream names newly. */
  readonly before: string
  readonly reason: string
}

/** A saved model that is kept, where its slot was, and how it moved to other columns. */
interface KeptSlot {
  readonly at: number
  readonly slot: ModelSlot
  readonly moved: Omit<MovedSlot, 'slot'> | undefined
}

/** What was saved beside the learners' own bytes. */
interface SavedModels {
  readonly champion: number
  readonly slots: readonly (SavedModelSlot | null)[]
  readonly columns: readonly NamedColumn[]
  /** Absent where an earlier release saved them: then they are those of now. */
  readonly learners?: readonly LearnerDefinition[]
}

export const NAMED = 'the stream names it now'
const UNNAMED = 'the stream has it no more'
const HEIRS: readonly SlotRole[] = ['former', 'challenger', 'benched', 'trial']
const DISPENSABLE: readonly SlotRole[] = ['benched', 'former', 'trial'] // who leaves first for want of room

/**
 * Puts saved models into the slots of a stream that may have others by now: each is told by its learner's definition, and is
 * kept, carried over to other columns, or left out by itself. What that was is here until it is settled.
 */
export class LoadedSlots {
  /** Slots whose models were carried over or begin anew. */
  moved: MovedSlot[] = []
  /** Models that left; and the champion that left to one that had been there. */
  left: ModelChange[] = []
  dethroned: ModelChange | undefined
  slotBefore: readonly number[] | undefined
  lastServing = ''
  private readonly models: ModelSlots
  private readonly descriptions: readonly Learner<any, any>[]
  private readonly learners: readonly LearnerDefinition[]
  private readonly target: Target

  constructor(
    models: ModelSlots,
    descriptions: readonly Learner<any, any>[],
    learners: readonly LearnerDefinition[],
    target: Target,
  ) {
    this.models = models
    this.descriptions = descriptions
    this.learners = learners
    this.target = target
  }

  /** What becomes of models with these columns and learners, in words; undefined where none is kept. */
  changesFrom(columns: readonly NamedColumn[], learners: readonly LearnerDefinition[]): string | undefined {
    const isSame = areSameColumns(columns, this.models.columns)
    const places = learnerPlaces(learners, this.learners, 0)
    const kept = places.filter((d) => d >= 0 && (isSame || this.descriptions[d].carry !== undefined))
    if (kept.length === 0) return undefined
    const anew = this.descriptions.flatMap((_, d) => (kept.includes(d) ? [] : [this.models.algorithmOf(d)]))
    const gone = learners.filter((_, d) => places[d] < 0).map(algorithmName)
    const words = isSame ? [] : [columnChanges(columns, this.models.columns)]
    if (anew.length > 0) words.push(`anew: ${anew.join(', ')}`)
    if (gone.length > 0) words.push(`gone: ${gone.join(', ')}`)
    return words.length === 0 ? 'the same ones' : words.join('; ')
  }

  /** Fills the slots with what was saved. */
  load(bytes: Uint8Array): void {
    const { header, arrays } = decodeBinary('model-slots', bytes)
    const saved = header as unknown as SavedModels
    const { learners = this.learners } = saved
    const from = savedColumns(saved.columns)
    const isSame = areSameColumns(from, this.models.columns)
    const champion = saved.slots[saved.champion] as SavedModelSlot
    const places = learnerPlaces(learners, this.learners, champion.description)
    this.lastServing = champion.version
    this.moved = []
    this.left = []
    this.dethroned = undefined
    const kept: KeptSlot[] = []
    saved.slots.forEach((slot, at) => {
      if (slot === null) return
      const learner = learners[slot.description]
      const place = places[slot.description]
      // A retrained model goes on under any equal name that there is.
      const other = slot.parent === '' ? -1 : this.learners.findIndex((one) => areSameLearners(one, learner))
      const description = place < 0 ? other : place
      if (description >= 0) {
        const one = this.move(
          at,
          { ...slot, description },
          arrays[`slot${at}`] as Uint8Array,
          isSame ? undefined : from,
        )
        if (one !== undefined) kept.push(one)
      } else if (at !== saved.champion) this.left.push(retired(slot, algorithmName(learner), UNNAMED))
    })
    const isGone = kept.every(({ at }) => at !== saved.champion)
    const gone = isGone ? retired(champion, algorithmName(learners[champion.description]), UNNAMED) : undefined
    this.arrange(kept, gone, !places.includes(0))
    this.joinTwins()
  }

  /** Gives all that are kept, and those that begin anew for want of one, their slots: each where it was, as far as that is there still. */
  private arrange(kept: KeptSlot[], gone: ModelChange | undefined, isNew: boolean): void {
    const { slots } = this.models
    const missing = this.descriptions.flatMap((_, d) => {
      const isThere = kept.some(({ slot }) => slot.description === d && slot.parent === '')
      return d === 0 || isThere ? [] : [d]
    })
    const heir = gone && heirAmong(kept)
    if (heir !== undefined) {
      heir.role = 'champion'
      this.dethroned = gone
    }
    const isWanted = gone === undefined ? isNew : heir === undefined
    if (isWanted) missing.unshift(0)
    for (const slot of takeBeyond(kept, slots.length - missing.length, (one) => this.models.isNamed(one)))
      this.left.push(retired(slot, this.models.algorithmOf(slot.description), 'its place is needed'))
    const before = placesBefore(kept, slots.length)
    slots.fill(undefined)
    for (const { at, slot, moved } of kept) {
      const place = before.indexOf(at)
      slots[place] = slot
      if (slot.role === 'champion') this.models.champion = place
      if (moved !== undefined) this.moved.push({ ...moved, slot: place })
    }
    for (const description of missing) {
      const place = slots.indexOf(undefined)
      const isServing = description === 0 && gone !== undefined
      if (isServing) this.models.champion = place
      slots[place] = this.models.begun(description, isServing ? 'champion' : 'challenger', '')
      const [before, reason] = isServing ? [gone.version, gone.reason] : ['', NAMED]
      this.moved.push({ slot: place, isCarried: false, before, reason })
    }
    this.slotBefore = before
  }

  /** Where the champion begins anew beside the model of its description that is always there, they are the same: the latter serves in its place. */
  private joinTwins(): void {
    const { champion, slots } = this.models
    const serving = slots[champion] as ModelSlot
    const anew = this.moved.filter(
      ({ slot, isCarried }) => !isCarried && slots[slot]?.description === serving.description,
    )
    const twin = anew.find(({ slot }) => slot !== champion)
    if (twin === undefined || !anew.some(({ slot }) => slot === champion)) return
    this.left.push(retired(slots[twin.slot] as ModelSlot, this.models.algorithmOf(serving.description), twin.reason))
    slots[twin.slot] = serving
    slots[champion] = undefined
    this.models.champion = twin.slot
    this.moved = this.moved.flatMap((one) =>
      one === twin ? [{ ...one, before: serving.version }] : one.slot === champion ? [] : [one],
    )
  }

  /** A model over the columns as they are now, where those it has are given: carried over, else begun anew where it has to be there, else gone. */
  private move(
    at: number,
    slot: SavedModelSlot,
    model: Uint8Array,
    from: readonly NamedColumn[] | undefined,
  ): KeptSlot | undefined {
    const { description, version } = slot
    if (from === undefined)
      return { at, slot: { ...slot, learner: this.models.build(description, model) }, moved: undefined }
    const carried = carriedModel(this.descriptions[description], model, from, this.models.columns, this.target)
    const reason = `the columns changed: ${columnChanges(from, this.models.columns)}`
    const isServing = slot.role === 'champion'
    if (carried === undefined && !isServing && !this.models.isNamed(slot)) {
      this.left.push(retired(slot, this.models.algorithmOf(description), reason))
      return undefined
    }
    const role = carried !== undefined || isServing ? slot.role : 'challenger'
    const moved = { isCarried: carried !== undefined, before: version, reason }
    return { at, slot: { ...slot, role, learner: this.models.build(description, carried) }, moved }
  }
}

/** Who of them serves in the place of a champion that has left: the stream's model, if it was there before. */
function heirAmong(kept: readonly KeptSlot[]): ModelSlot | undefined {
  const possible = kept.filter(({ slot }) => slot.description === 0)
  return HEIRS.flatMap((role) => possible.filter(({ slot }) => slot.role === role))[0]?.slot
}

/** Takes those out that have to leave for the others to have room, and gives them. */
function takeBeyond(kept: KeptSlot[], room: number, isNamed: (slot: ModelSlot) => boolean): ModelSlot[] {
  const taken: ModelSlot[] = []
  for (const role of DISPENSABLE) {
    for (let i = kept.length - 1; i >= 0 && kept.length > room; i--) {
      const { slot } = kept[i]
      if (slot.role === role && !isNamed(slot)) taken.push(...kept.splice(i, 1).map((one) => one.slot))
    }
  }
  return taken
}

/** For each of so many slots where its model was, -1 for none: each stays where it was, as far as that is there still. */
function placesBefore(kept: readonly KeptSlot[], slots: number): number[] {
  const before = Array.from({ length: slots }, (_, i) => (kept.some(({ at }) => at === i) ? i : -1))
  for (const { at } of kept) if (at >= slots) before[before.indexOf(-1)] = at
  return before
}

/** That a model has left. */
export function retired(
  { version, parent }: SavedModelSlot | ModelTitle,
  algorithm: string,
  reason: string,
): ModelChange {
  return { kind: 'retired', version, parent: parent === '' ? null : parent, algorithm, reason }
}
