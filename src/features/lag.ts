import { featureParameter } from './feature-parameter.ts'
import type { KeyedFeature } from './keyed-feature.ts'
import { KeyedRows } from './keyed-rows.ts'

const MAX_STEPS = 1000

/**
 * The value of a key's event `steps` ago by event time: 1 is the newest, 2 the one before it; NaN while there are fewer.
 * Events of equal time count in the order they were given. An event out of order takes its place among the newest `steps`; one
 * older than all of them is late. A read sees all of them, whatever its own time. `memoryMs` (Infinity by default): a key without
 * events for longer is forgotten.
 *
 * Throws MILLRACE_FEATURE_PARAMETER unless `steps` is an integer from 1 to 1,000.
 */
export function lag(options: { readonly steps: number; readonly memoryMs?: number }): KeyedFeature {
  const { steps, memoryMs = Infinity } = options
  featureParameter(
    'lag',
    steps,
    Number.isInteger(steps) && steps >= 1 && steps <= MAX_STEPS,
    `an integer from 1 to ${MAX_STEPS}`,
  )
  featureParameter('memory', memoryMs, memoryMs > 0, 'milliseconds above 0, or Infinity')
  const memory = memoryMs === Infinity ? {} : { memoryMs }
  return Object.freeze({
    feature: 'lag',
    parameters: Object.freeze({ steps, ...memory }),
    memoryMs,
    build: () => new RunningLag(steps, memoryMs),
  })
}

const COUNT = 1
const NEWEST = 2 // place of the newest event in the ring
const RING = 3 // pairs (time, value)

class RunningLag extends KeyedRows {
  private readonly steps: number

  constructor(steps: number, memoryMs: number) {
    super(RING + 2 * steps, memoryMs)
    this.steps = steps
  }

  update(slot: number, timeMs: number, value: number): boolean {
    const { steps } = this
    const { values } = this.rows
    const at = slot * this.stride
    if (this.isEmpty(at, timeMs)) {
      values[at] = timeMs
      values[at + COUNT] = 0
      values[at + NEWEST] = steps - 1
    }
    const ring = at + RING
    const count = values[at + COUNT]
    let place = values[at + NEWEST] + 1 === steps ? 0 : values[at + NEWEST] + 1
    if (count === steps && timeMs < values[ring + 2 * place]) return this.refuse() // the ring's next place is its oldest
    values[at + NEWEST] = place
    for (let newer = Math.min(count, steps - 1); newer > 0; newer--) {
      const before = place === 0 ? steps - 1 : place - 1
      if (values[ring + 2 * before] <= timeMs) break
      values[ring + 2 * place] = values[ring + 2 * before]
      values[ring + 2 * place + 1] = values[ring + 2 * before + 1]
      place = before
    }
    values[ring + 2 * place] = timeMs
    values[ring + 2 * place + 1] = value
    if (count < steps) values[at + COUNT] = count + 1
    if (timeMs > values[at]) values[at] = timeMs
    this.rows.touchRange(at, at + this.stride)
    return true
  }

  read(slot: number, timeMs: number): number {
    const { steps } = this
    const { values } = this.rows
    const at = slot * this.stride
    if (slot < 0 || this.isEmpty(at, timeMs) || values[at + COUNT] < steps) return Number.NaN
    const oldest = values[at + NEWEST] + 1 === steps ? 0 : values[at + NEWEST] + 1
    return values[at + RING + 2 * oldest + 1]
  }
}
