import { log } from '../../stats/math/log.ts'

const MOST = 100 // times that a tree may learn a row in the mean

/** How right a boosted tree was so far, each row counting as often as the tree was to learn it. */
export class BoostRecord {
  /** Weight of the rows it was right on, and of those it was wrong on; one of each to begin with. */
  readonly counts = Float64Array.of(1, 1)

  /** The share of what it was right on. */
  accuracy(): number {
    return this.counts[0] / (this.counts[0] + this.counts[1])
  }

  /** The logarithm of the odds that it is right, 0 where it is rather wrong. */
  vote(): number {
    const odds = this.counts[0] / this.counts[1]
    return odds > 1 ? log(odds) : 0
  }

  /** Counts a row that was to be learned `lambda` times; gives how often the next tree is to learn it: less if this one was right. */
  take(lambda: number, isWrong: boolean): number {
    const { counts } = this
    const side = isWrong ? 1 : 0
    counts[side] += lambda
    const next = (lambda * (counts[0] + counts[1])) / (2 * counts[side])
    return next > MOST ? MOST : next
  }

  clear(): void {
    this.counts.fill(1)
  }
}
