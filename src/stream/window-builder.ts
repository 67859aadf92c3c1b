import type { KeyedFeature } from '../features/keyed-feature.ts'
import { count } from '../stats/count.ts'
import { distinct } from '../stats/distinct.ts'
import { maximum } from '../stats/maximum.ts'
import { mean } from '../stats/mean.ts'
import { minimum } from '../stats/minimum.ts'
import { quantile } from '../stats/quantile.ts'
import type { Statistic } from '../stats/statistic.ts'
import { sum } from '../stats/sum.ts'
import { topK } from '../stats/top-k.ts'
import { variance } from '../stats/variance.ts'
import type { FeatureNode } from './feature-node.ts'
import type { FedValue } from './graph.ts'
import type { KeyedBuilder } from './keyed-builder.ts'

const MOST_RANKS = 100

/** A window in the graph being built: any statistic over the values that fall into it. */
export class WindowBuilder {
  private readonly keyed: KeyedBuilder
  private readonly over: (statistic: Statistic) => KeyedFeature
  private readonly lengthMs: number | undefined

  constructor(keyed: KeyedBuilder, over: (statistic: Statistic) => KeyedFeature, lengthMs: number | undefined) {
    this.keyed = keyed
    this.over = over
    this.lengthMs = lengthMs
  }

  count(): FeatureNode {
    return this.of(count, { as: 'one', column: undefined })
  }

  rate(): FeatureNode {
    if (this.lengthMs === undefined) {
      throw this.keyed.wrong('rate: this window has no length in time', "Use window('10m').rate() or ewRate('10m')")
    }
    return this.keyed.feature(this.over(count), { as: 'one', column: undefined }, { divisor: this.lengthMs / 1000 })
  }

  sum(field?: string): FeatureNode {
    return this.of(sum, this.keyed.number(field))
  }

  mean(field?: string): FeatureNode {
    return this.of(mean, this.keyed.number(field))
  }

  variance(field?: string): FeatureNode {
    return this.of(variance, this.keyed.number(field))
  }

  min(field?: string): FeatureNode {
    return this.of(minimum, this.keyed.number(field))
  }

  max(field?: string): FeatureNode {
    return this.of(maximum, this.keyed.number(field))
  }

  distinct(field?: string): FeatureNode {
    return this.of(distinct({ precision: 8 }), this.keyed.identity(field))
  }

  quantile(q: number, field?: string): FeatureNode {
    return this.of(quantile({ probability: q }), this.keyed.number(field))
  }

  top(rank: number, field?: string): FeatureNode {
    this.keyed.graph.count(rank, 'top', 1, MOST_RANKS)
    return this.keyed.feature(this.over(ofRank(rank)), this.keyed.category(field), { rank })
  }

  private of(statistic: Statistic, value: FedValue): FeatureNode {
    return this.keyed.feature(this.over(statistic), value)
  }
}

/** The value of a rank, out of enough counters for it to be right. */
function ofRank(rank: number): Statistic {
  const top = topK({ capacity: Math.max(32, rank * 8) })
  return Object.freeze({
    ...top,
    name: `top-${rank}`,
    read: (state, at) => top.valueAt(state, at, rank - 1),
  } satisfies Statistic)
}
