import type { BinaryArray } from '../../stats/binary-format.ts'
import type { MakeTree } from './ensemble-member.ts'
import { ErrorWindow } from './error-window.ts'
import type { UsualDeltas } from './forest-parameters.ts'
import { ReplacedTree } from './replaced-tree.ts'

/**
 * One tree of a forest: when its errors begin to rise, another grows in the background, and takes its place once the rise is
 * certain. Its vote counts by its share of right answers.
 */
export class ForestMember extends ReplacedTree {
  private readonly warning: ErrorWindow
  private readonly drift: ErrorWindow
  /** Rows seen and right answers of the tree, then of the one in the background. */
  private readonly scores = new Float64Array(4)

  constructor(parameters: UsualDeltas & { readonly lambda: number }, seed: number, make: MakeTree) {
    super(parameters.lambda, seed, make)
    this.warning = new ErrorWindow(parameters.warningDelta)
    this.drift = new ErrorWindow(parameters.driftDelta)
  }

  override get vote(): number {
    return this.scores[0] > 0 ? this.scores[1] / this.scores[0] : 1
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
    const { scores } = this
    const times = this.drawTimes()
    const wrong = this.step(this.tree, row, offset, label, weight * times, clean, out, to)
    scores[0]++
    scores[1] += 1 - wrong
    if (this.background) {
      scores[2]++
      scores[3] += 1 - this.learnBehind(row, offset, label, weight, clean, times)
    }
    if (this.warning.rises(wrong)) this.warn()
    if (this.drift.rises(wrong)) this.replace()
    return wrong
  }

  protected override warn(): void {
    super.warn()
    this.scores.fill(0, 2)
    this.warning.reset()
  }

  protected override replace(): void {
    super.replace()
    this.scores.copyWithin(0, 2)
    this.scores.fill(0, 2)
    this.warning.reset()
    this.drift.reset()
  }

  override byteSize(): number {
    return super.byteSize() + this.warning.byteSize() + this.drift.byteSize() + this.scores.byteLength
  }

  override arrays(prefix: string): Record<string, BinaryArray> {
    const all = super.arrays(prefix)
    all[`${prefix}.scores`] = this.scores.slice()
    all[`${prefix}.warning`] = this.warning.state()
    all[`${prefix}.drift`] = this.drift.state()
    return all
  }

  override load(prefix: string, arrays: Readonly<Record<string, BinaryArray>>): void {
    super.load(prefix, arrays)
    this.scores.set(arrays[`${prefix}.scores`])
    this.warning.load(arrays[`${prefix}.warning`] as Float64Array)
    this.drift.load(arrays[`${prefix}.drift`] as Float64Array)
  }
}
