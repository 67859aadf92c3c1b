import { PagedTexts } from '../stats/paged-texts.ts'
import { Pages } from '../stats/pages.ts'
import type { Stateful, StateRegion } from '../stats/state-region.ts'
import type { Json } from '../stream/events.ts'
import type { FoldPlan } from '../stream/graph.ts'
import { plainCopy } from '../stream/plain-copy.ts'
import { ArrowFailure } from './arrow-failure.ts'

const MAX_JSON = 8192 // what a key may keep: folds are for small things, models and windows for large ones

/**
 * The state of a `fold` for each key, kept as JSON text: so what comes back after a restart is what was there before,
 * and a `step` that changes its argument in place harms nobody. A state without events for `expireMs` counts as none.
 */
export class FoldState implements Stateful {
  private readonly plan: FoldPlan
  private readonly path: string
  private readonly texts = new PagedTexts()
  /** When each key's newest event was, ms. */
  private readonly times = new Pages(new Float64Array(0))
  private stepped = ''

  constructor(plan: FoldPlan, path: string) {
    this.plan = plan
    this.path = path
  }

  ensure(slots: number): void {
    this.times.ensure(slots)
  }

  clear(slot: number): void {
    this.texts.delete(slot)
  }

  /** Computes the state after one more event or label, for `commit`; until then nothing changes. Throws ArrowFailure for what `step` throws, and for a state above 8,192 characters. */
  step(slot: number, fed: unknown, timeMs: number): void {
    try {
      const text = JSON.stringify(this.plan.step(this.stateOf(slot, timeMs), fed as never))
      if (text === undefined) throw new Error('the state is no plain data')
      if (text.length > MAX_JSON)
        throw new Error(`the state is ${text.length} characters of JSON, more than ${MAX_JSON}`)
      this.stepped = text
    } catch (error) {
      throw new ArrowFailure(`${this.path}, step`, error)
    }
  }

  /** Takes the state that `step` computed. */
  commit(slot: number, timeMs: number): void {
    const fresh = !this.texts.has(slot)
    this.texts.set(slot, this.stepped)
    if (fresh || timeMs > this.times.values[slot]) {
      this.times.values[slot] = timeMs
      this.times.touch(slot)
    }
  }

  /** What the fold says of an event; NaN where that is no finite number. Throws ArrowFailure. */
  read(slot: number, record: object, timeMs: number): number {
    try {
      const value = this.plan.read(this.stateOf(slot, timeMs), record as never)
      return typeof value === 'number' && Number.isFinite(value) ? value : Number.NaN
    } catch (error) {
      throw new ArrowFailure(`${this.path}, read`, error)
    }
  }

  regions(): Readonly<Record<string, StateRegion>> {
    return { times: this.times, ...this.texts.regions() }
  }

  private stateOf(slot: number, timeMs: number): Json {
    const text = slot < 0 ? undefined : this.texts.get(slot)
    const isFresh = text === undefined || timeMs - this.times.values[slot] > this.plan.expireMs
    if (isFresh) return plainCopy(this.plan.init()) // `step` may change in place what `init` gives to every key
    return JSON.parse(text) as Json
  }
}
