import type { Learner } from '../learner.ts'
import { adwinBaggingEnsemble } from './adwin-bagging-ensemble.ts'
import type { AdwinBaggingOptions } from './bagging-parameters.ts'

/**
 * ADWIN bagging: online bagging whose worst tree makes way for a new one as soon as the errors of any have risen.
 *
 * Each tree's errors, made before it learned the row, are watched by ADWIN; the worst is the one of the highest error in its
 * window. All else is as in `onlineBagging`; an error counts once whatever the weight. Throws MILLRACE_LEARNER_PARAMETER on an
 * option out of range.
 * Source: Bifet, Holmes, Pfahringer, Kirkby & Gavaldà, New ensemble methods for evolving data streams, KDD 2009.
 */
export function adwinBagging(
  options: AdwinBaggingOptions = {},
): Learner<'binary' | 'multiclass', 'number' | 'category'> {
  return adwinBaggingEnsemble('adwin-bagging', options, 1)
}
