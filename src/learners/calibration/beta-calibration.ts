import type { Learner } from '../learner.ts'
import { logOddsCalibration, type LogOddsCalibrationOptions } from './log-odds-calibration.ts'

/**
 * Online beta calibration: a learner whose probabilities are put right by a curve of three numbers, learned from the
 * labels.
 *
 * The probability p of true, kept within [1e-4, 1 - 1e-4], becomes sigmoid(a ln p - b ln(1 - p) + c), which also puts
 * right what says too much on one side and too little on the other; with a = b it is Platt scaling. It is learned as
 * that is, from what the learner says of the row just before it learns it, earlier labels being forgotten slowly. It
 * begins as it is (a = b = 1, c = 0); `a` and `b` stay at 0 or above, so that the order of the predictions stays. A row
 * costs two logarithms and some sigmoids more. Throws MILLRACE_LEARNER_PARAMETER on an option out of range or a learner
 * that is not for a binary problem.
 * Source: Kull, Silva Filho & Flach, Beta calibration, AISTATS 2017; online as Platt scaling is.
 */
export function betaCalibration<C extends string>(
  learner: Learner<'binary', C>,
  options: LogOddsCalibrationOptions = {},
): Learner<'binary', C> {
  return logOddsCalibration('beta-calibration', 2, learner, options)
}
