import { exp } from '../../stats/math/exp.ts'
import type { SeededRandom } from '../../stats/seeded-random.ts'

const ALL = 2 ** 32

/**
 * Poisson numbers of one mean, from 0 to 100, each by 32 random bits and a look into the cumulative distribution, beginning
 * where the first eight of them say.
 */
export class PoissonTable {
  private readonly below: Float64Array
  private readonly least: Uint16Array

  constructor(lambda: number) {
    const below: number[] = []
    let share = exp(-lambda)
    let sum = 0
    for (let k = 1; k < 400 && sum < 1 - 1e-15; k++) {
      sum += share
      below.push(Math.min(sum, 1) * ALL)
      share *= lambda / k
    }
    below.push(ALL)
    this.below = Float64Array.from(below)
    this.least = Uint16Array.from({ length: 256 }, (_, first) => below.findIndex((end) => first * 2 ** 24 < end))
  }

  draw(random: SeededRandom): number {
    const { below } = this
    const uniform = random.bits() >>> 0
    let k = this.least[uniform >>> 24]
    while (uniform >= below[k]) k++
    return k
  }
}
