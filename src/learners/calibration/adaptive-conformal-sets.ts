import type { Learner } from '../learner.ts'
import {
  type AdaptiveConformalOptions,
  ConformalBound,
  conformalParameters,
  conformalState,
  type ConformalState,
} from './conformal-bound.ts'
import { type Watcher, wrappedLearner } from './wrapped-learner.ts'

/**
 * Adaptive conformal sets: a classifier that also says which classes the label should be among.
 *
 * A set (`predictSet`) holds every class whose probability is at least a bound, a quantile of the probabilities that
 * the latest labels had. Which quantile is moved with each label, so that in the long run the declared share of labels
 * is inside, whatever the stream does: drift makes the sets larger until they hold again. Probabilities are those that
 * the learner gives as the label arrives, before it learns it; so the share holds in the order of the labels.
 * Predictions are those of the learner, to the last bit; a set holds all classes where nothing can be promised, as with
 * the first labels, and none where no class is as likely as labels usually are. A label costs a search and a shift in
 * the window of probabilities more, a set a prediction; weights are the learner's alone. Throws
 * MILLRACE_LEARNER_PARAMETER on an option out of range or a learner that is no classifier.
 * Source: Gibbs & Candès, Adaptive conformal inference under distribution shift, NeurIPS 2021, and Conformal inference
 * for online prediction with arbitrary distribution shifts, 2022 (DtACI); sets as in Sadinle, Lei & Wasserman, 2019.
 */
export function adaptiveConformalSets<P extends 'binary' | 'multiclass', C extends string>(
  learner: Learner<P, C>,
  options: AdaptiveConformalOptions = {},
): Learner<P, C> {
  const parameters = conformalParameters('adaptive-conformal-sets', options)
  return wrappedLearner<ConformalState, P, C>({
    algorithm: 'adaptive-conformal-sets',
    problems: ['binary', 'multiclass'],
    learner,
    options: parameters,
    weights: learner.weights,
    state: () => conformalState(parameters),
    watcher: (state) => new SetWatcher(new ConformalBound(state, parameters)),
  })
}

class SetWatcher implements Watcher {
  readonly byteSize: number
  private readonly bound: ConformalBound

  constructor(bound: ConformalBound) {
    this.byteSize = bound.byteSize
    this.bound = bound
  }

  watch(out: Float64Array, label: number): void {
    this.bound.update(1 - out[label])
  }

  set(probabilities: Float64Array, out: Float64Array, at: number): void {
    const { bound } = this.bound
    for (let c = 0; c < probabilities.length; c++) out[at + c] = 1 - probabilities[c] <= bound ? 1 : 0
  }
}
