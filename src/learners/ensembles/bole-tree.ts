import { ddm } from '../../drift/ddm.ts'
import { type RunningDetector, Signal } from '../../drift/detector.ts'
import type { BinaryArray } from '../../stats/binary-format.ts'
import { BoostRecord } from './boost-record.ts'
import type { MakeTree } from './ensemble-member.ts'
import { ReplacedTree } from './replaced-tree.ts'

const detector = ddm({ warmStart: 7, warningThreshold: 1.2, driftThreshold: 1.95 })

/** A tree of BOLE, which DDM watches: at its warning another grows in the background, at its drift it takes the tree's place. */
export class BoleTree extends ReplacedTree {
  /** How often it learns the next row in the mean. */
  lambda = 1
  readonly record = new BoostRecord()
  private errors: RunningDetector = detector.build()

  constructor(seed: number, make: MakeTree) {
    super(1, seed, make)
  }

  override get vote(): number {
    return this.record.vote()
  }

  protected override drawTimes(): number {
    return this.random.poisson(this.lambda)
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
    const times = this.drawTimes()
    const wrong = this.step(this.tree, row, offset, label, weight * times, clean, out, to)
    this.learnBehind(row, offset, label, weight, clean, times)
    if (times > 0) {
      const signal = this.errors.update(wrong)
      if (signal === Signal.warning) this.warn()
      else if (signal === Signal.drift) this.replace()
    }
    return wrong
  }

  override byteSize(): number {
    return super.byteSize() + this.errors.byteSize() + this.record.counts.byteLength
  }

  override arrays(prefix: string): Record<string, BinaryArray> {
    const all = super.arrays(prefix)
    all[`${prefix}.record`] = this.record.counts.slice()
    all[`${prefix}.errors`] = this.errors.save()
    return all
  }

  override load(prefix: string, arrays: Readonly<Record<string, BinaryArray>>): void {
    super.load(prefix, arrays)
    this.record.counts.set(arrays[`${prefix}.record`])
    this.errors = detector.build(arrays[`${prefix}.errors`] as Uint8Array)
  }
}
