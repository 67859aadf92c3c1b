import { Pages } from '../../src/stats/pages.ts'
import type { StatePart } from '../../src/stats/state-region.ts'

const DOUBLES = 400_000 // 3.2 MB: a write of it takes long enough to be killed within
const WRITES = 300

/** A state that is a function of how often it has counted, and costs no replay to check. */
export class CountedState {
  private readonly values = new Pages(new Float64Array(DOUBLES))
  private readonly counter = new Pages(new Float64Array(1))

  get counted(): number {
    return this.counter.values[0]
  }

  count(): void {
    const n = this.counter.values[0]++
    this.counter.touch(0)
    for (let i = 0; i < WRITES; i++) {
      const at = placeOf(n * WRITES + i)
      this.values.values[at] = n + 1
      this.values.touch(at)
    }
  }

  /** Whether it is what counting so often makes it, in every element. */
  isWhole(): boolean {
    const expected = new Float64Array(DOUBLES)
    for (let n = 0; n < this.counted; n++) for (let i = 0; i < WRITES; i++) expected[placeOf(n * WRITES + i)] = n + 1
    return this.values.length === DOUBLES && expected.every((value, at) => value === this.values.values[at])
  }

  parts(): StatePart[] {
    const regions = { values: this.values, counter: this.counter }
    return [{ path: 'counted', definition: 'v1', state: { regions: () => regions } }]
  }
}

function placeOf(write: number): number {
  return (Math.imul(write, 0x9e3779b1) >>> 0) % DOUBLES
}
