import type { Learner } from '../learner.ts'
import { logOddsCalibration, type LogOddsCalibrationOptions } from './log-odds-calibration.ts'

/**
 * Online Platt scaling: a learner whose probabilities are put right by a line in their log-odds, learned from the
 * labels.
 *
 * The probability p of true, kept within [1e-4, 1 - 1e-4], becomes sigmoid(a logit(p) + c). As a label arrives the
 * learner says once more what it thinks of the row, which it has not learned yet, and the line becomes the likeliest
 * one after that (Bayes with a normal distribution, in Laplace's approximation); earlier labels are forgotten slowly.
 * It begins as it is (a = 1, c = 0), and `a` stays at 0 or above, so that the order of the predictions stays. It puts
 * right what says too much or too little on both sides alike. A row costs two logarithms and some sigmoids more. Throws
 * MILLRACE_LEARNER_PARAMETER on an option out of range or a learner that is not for a binary problem.
 * Source: Platt, Probabilistic outputs for support vector machines, 1999; online and with forgetting as in McCormick et
 * al., Dynamic logistic regression and dynamic model averaging for binary classification, 2012.
 */
export function plattScaling<C extends string>(
  learner: Learner<'binary', C>,
  options: LogOddsCalibrationOptions = {},
): Learner<'binary', C> {
  return logOddsCalibration('platt-scaling', 1, learner, options)
}
