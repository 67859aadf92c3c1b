import { AdwinWindow } from '../../drift/adwin-window.ts'

const options = { clock: 32, maxBuckets: 5, minWindowLength: 5, gracePeriod: 10 }

/** ADWIN over the errors of a member of an ensemble, as MOA sets it: it knows whether they have begun to rise. */
export class ErrorWindow extends AdwinWindow {
  constructor(delta: number) {
    super({ ...options, delta })
  }

  /** Takes an error, from 0 to 1; says whether the errors have risen. */
  rises(wrong: number): boolean {
    return this.add(wrong) && this.lastCut.after > this.lastCut.before
  }

  /** The mean of the errors in the window, 0 where there are none. */
  mean(): number {
    return this.width > 0 ? this.total / this.width : 0
  }

  byteSize(): number {
    return this.buckets.byteLength + this.counts.byteLength + 8 * this.scalars().length
  }

  state(): Float64Array {
    return Float64Array.of(...this.scalars(), ...this.counts, ...this.buckets)
  }

  /** Goes on where the saved window was. */
  load(state: Float64Array): void {
    const scalars = this.scalars().length
    this.setScalars(state.subarray(0, scalars))
    this.counts.set(state.subarray(scalars, scalars + this.counts.length))
    this.buckets.set(state.subarray(scalars + this.counts.length, scalars + this.counts.length + this.buckets.length))
  }
}
