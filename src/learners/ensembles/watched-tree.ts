import type { BinaryArray } from '../../stats/binary-format.ts'
import { BaggedTree } from './bagged-tree.ts'
import type { MakeTree } from './ensemble-member.ts'
import { ErrorWindow } from './error-window.ts'

/** A tree of a bag whose errors ADWIN watches. */
export class WatchedTree extends BaggedTree {
  /** Whether the last row showed that its errors have risen. */
  rose = false
  private readonly errors: ErrorWindow

  constructor(lambda: number, driftDelta: number, seed: number, make: MakeTree) {
    super(lambda, seed, make)
    this.errors = new ErrorWindow(driftDelta)
  }

  /** The tree of the highest error makes way for a new one where the errors of any have risen. */
  static replaceWorst(members: readonly WatchedTree[]): void {
    let rose = false
    for (let i = 0; i < members.length; i++) if (members[i].rose) rose = true
    if (!rose) return
    let worst = members[0]
    for (const member of members) if (member.errors.mean() > worst.errors.mean()) worst = member
    worst.renew()
  }

  /** Begins anew. */
  protected renew(): void {
    this.tree = this.planted()
    this.errors.reset()
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
    this.rose = this.errors.rises(wrong)
    return wrong
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
