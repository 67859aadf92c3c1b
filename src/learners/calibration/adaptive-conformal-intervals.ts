import type { Learner } from '../learner.ts'
import {
  type AdaptiveConformalOptions,
  ConformalBound,
  conformalParameters,
  conformalState,
  type ConformalState,
} from './conformal-bound.ts'
import { type Watcher, wrappedLearner } from './wrapped-learner.ts'

const largest = Number.MAX_VALUE

/**
 * Adaptive conformal intervals: a regression learner that also says between which values the label should lie.
 *
 * An interval (`predictInterval`) reaches as far to both sides of the prediction as a quantile of the latest absolute
 * errors. Which quantile is moved with each label, so that in the long run the declared share of labels is inside,
 * whatever the stream does: drift makes the intervals wider until they hold again. Errors are those of what the learner
 * says as the label arrives, before it learns it; so the share holds in the order of the labels, and late labels follow
 * drift late. Predictions are those of the learner, to the last bit; an end is infinite where nothing can be promised,
 * as with the first labels. A label costs a search and a shift in the window of errors more, an interval a prediction;
 * weights are the learner's alone. Throws MILLRACE_LEARNER_PARAMETER on an option out of range or a learner that is not
 * for regression.
 * Source: Gibbs & Candès, Adaptive conformal inference under distribution shift, NeurIPS 2021, and Conformal inference
 * for online prediction with arbitrary distribution shifts, 2022 (DtACI).
 */
export function adaptiveConformalIntervals<C extends string>(
  learner: Learner<'regression', C>,
  options: AdaptiveConformalOptions = {},
): Learner<'regression', C> {
  const parameters = conformalParameters('adaptive-conformal-intervals', options)
  return wrappedLearner<ConformalState, 'regression', C>({
    algorithm: 'adaptive-conformal-intervals',
    problems: ['regression'],
    learner,
    options: parameters,
    weights: learner.weights,
    state: () => conformalState(parameters),
    watcher: (state) => new IntervalWatcher(new ConformalBound(state, parameters)),
  })
}

class IntervalWatcher implements Watcher {
  readonly byteSize: number
  private readonly bound: ConformalBound

  constructor(bound: ConformalBound) {
    this.byteSize = bound.byteSize
    this.bound = bound
  }

  watch(out: Float64Array, label: number): void {
    const error = Math.abs(label - out[0])
    this.bound.update(error < largest ? error : largest)
  }

  interval(value: Float64Array, out: Float64Array, at: number): void {
    const reach = this.bound.bound
    out[at] = value[0] - reach
    out[at + 1] = value[0] + reach
  }
}
