import type { KeyedFeature } from '../features/keyed-feature.ts'
import type { FedValue, FoldPlan, LabelPlan } from './graph.ts'

/** What a feature of a stream file is made of, before it has a name. */
export interface FeaturePlan {
  /** The input whose rows it is read for. */
  readonly input: number
  /** Events on whose rows the key is evaluated. */
  readonly keyEvents: number
  readonly keyParts: readonly unknown[]
  /** Events that feed it; -1: labels. */
  readonly events: number
  /** The label whose values feed it. */
  readonly label: LabelPlan | undefined
  readonly feature: KeyedFeature | undefined
  readonly fold: FoldPlan | undefined
  readonly value: FedValue
  readonly divisor: number
  readonly rank: number
  readonly memoryMs: number
}

/** A feature with state, as `by(...)...` returns it: a plain value until `featurize` names it. */
export class FeatureNode {
  readonly plan: FeaturePlan
  readonly divideBy: FeatureNode | undefined

  constructor(plan: FeaturePlan, divideBy?: FeatureNode) {
    this.plan = plan
    this.divideBy = divideBy
  }
}
