import type { BinaryArray } from '../../stats/binary-format.ts'
import { BoostRecord } from './boost-record.ts'
import type { MakeTree } from './ensemble-member.ts'
import { WatchedTree } from './watched-tree.ts'

/** A boosted tree whose errors ADWIN watches. */
export class AdwinBoostedTree extends WatchedTree {
  /** How often it learns the next row in the mean. */
  lambda = 1
  readonly record = new BoostRecord()

  constructor(driftDelta: number, seed: number, make: MakeTree) {
    super(1, driftDelta, seed, make)
  }

  override get vote(): number {
    return this.record.vote()
  }

  protected override drawTimes(): number {
    return this.random.poisson(this.lambda)
  }

  protected override renew(): void {
    super.renew()
    this.record.clear()
  }

  override arrays(prefix: string): Record<string, BinaryArray> {
    return { ...super.arrays(prefix), [`${prefix}.record`]: this.record.counts.slice() }
  }

  override load(prefix: string, arrays: Readonly<Record<string, BinaryArray>>): void {
    super.load(prefix, arrays)
    this.record.counts.set(arrays[`${prefix}.record`])
  }
}
