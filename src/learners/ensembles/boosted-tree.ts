import type { BinaryArray } from '../../stats/binary-format.ts'
import { EnsembleMember, type MakeTree } from './ensemble-member.ts'
import { ErrorWindow } from './error-window.ts'

/** A regression tree of a boosted chain: it makes way for a new one as soon as its errors have risen. */
export class BoostedTree extends EnsembleMember {
  private readonly errors: ErrorWindow

  constructor(driftDelta: number, seed: number, make: MakeTree) {
    super(seed, make)
    this.errors = new ErrorWindow(driftDelta)
  }

  override answerThenLearn(
    row: Float64Array,
    offset: number,
    label: number,
    weight: number,
    clean: boolean,
    out: Float64Array,
    to: number,
  ): number {
    const wrong = super.answerThenLearn(row, offset, label, weight, clean, out, to)
    if (this.errors.rises(wrong)) {
      this.tree = this.planted()
      this.errors.reset()
    }
    return wrong
  }

  /** Keeps to so many bytes from now on; begins anew where it holds more. */
  narrow(maxByteSize: number): void {
    if (this.tree.limit(maxByteSize)) return
    this.tree = this.planted()
    this.errors.reset()
  }

  override byteSize(): number {
    return super.byteSize() + this.errors.byteSize()
  }

  override arrays(prefix: string): Record<string, BinaryArray> {
    return { ...super.arrays(prefix), [`${prefix}.errors`]: this.errors.state() }
  }

  override load(prefix: string, arrays: Readonly<Record<string, BinaryArray>>): void {
    super.load(prefix, arrays)
    this.errors.load(arrays[`${prefix}.errors`] as Float64Array)
  }
}
