import { checkOptions, checkParameter } from '../../transforms/check-parameter.ts'
import type { Learner } from '../learner.ts'
import { isotonicState, IsotonicWatcher } from './isotonic-watcher.ts'
import { type WatcherState, wrappedLearner } from './wrapped-learner.ts'

/** Options of isotonic calibration. */
export interface IsotonicCalibrationOptions {
  /** What an earlier label counts with each later one: 0.9999 remembers about 10,000; above 0 to 1. Default 0.9999. */
  readonly forgetting?: number
}

/**
 * The state: what came, bin by bin (weight, sum of probabilities, weight of true); the curve (where each bin lies, then
 * what is made of it); and the weight of a label now, and how many came since the curve was made.
 */
export interface IsotonicState extends WatcherState {
  readonly bins: Float64Array
  readonly curve: Float64Array
  readonly head: Float64Array
}

/**
 * Online isotonic calibration: a learner whose probabilities are put right by a rising curve of any form, learned from
 * the labels.
 *
 * The probabilities of true are counted in 192 bins of equal width in log-odds (from 6e-6 to 1 - 6e-6), with what came
 * of them; the curve is the rising one nearest to the shares of true (pool adjacent violators), with straight lines
 * between the bins, drawn anew with every 16th label. As a label arrives the learner says once more what it thinks of
 * the row, which it has not learned yet, and that is counted; earlier labels are forgotten slowly. Each bin begins with
 * one label's worth of the probability as it is. It needs some thousand labels, Platt scaling and beta calibration some
 * hundred. A label costs two passes over 12 bins more, on average. Throws MILLRACE_LEARNER_PARAMETER on an option out
 * of range or a learner that is not for a binary problem.
 * Source: Zadrozny & Elkan, Transforming classifier scores into accurate multiclass probability estimates, 2002;
 * pooling as in Ayer et al., 1955.
 */
export function isotonicCalibration<C extends string>(
  learner: Learner<'binary', C>,
  options: IsotonicCalibrationOptions = {},
): Learner<'binary', C> {
  checkOptions('isotonic-calibration', options, ['forgetting'])
  const range = { min: 0, max: 1, above: true }
  const forgetting = checkParameter('isotonic-calibration', 'forgetting', options.forgetting ?? 0.9999, range)
  return wrappedLearner<IsotonicState, 'binary', C>({
    algorithm: 'isotonic-calibration',
    problems: ['binary'],
    learner,
    options: { forgetting },
    weights: 'linear',
    state: isotonicState,
    watcher: (state) => new IsotonicWatcher(state, forgetting),
  })
}
