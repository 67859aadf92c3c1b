import { PoissonTable } from '../trees/poisson-table.ts'
import { EnsembleMember, type MakeTree } from './ensemble-member.ts'

/** A tree of a bag: it learns each row a Poisson number of times. */
export class BaggedTree extends EnsembleMember {
  private readonly times: PoissonTable

  /** `lambda` is the mean number of times. */
  constructor(lambda: number, seed: number, make: MakeTree) {
    super(seed, make)
    this.times = new PoissonTable(lambda)
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
    return this.step(this.tree, row, offset, label, weight * this.drawTimes(), clean, out, to)
  }

  protected drawTimes(): number {
    return this.times.draw(this.random)
  }
}
