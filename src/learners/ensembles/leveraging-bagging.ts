import type { Learner } from '../learner.ts'
import { adwinBaggingEnsemble } from './adwin-bagging-ensemble.ts'
import type { AdwinBaggingOptions } from './bagging-parameters.ts'

/**
 * Leveraging bagging: ADWIN bagging whose trees learn a row six times in the mean, so that they differ more and grow faster.
 *
 * Without output codes, as MOA has it by default. All else is as in `adwinBagging`. Throws MILLRACE_LEARNER_PARAMETER on an
 * option out of range.
 * Source: Bifet, Holmes & Pfahringer, Leveraging bagging for evolving data streams, ECML PKDD 2010.
 */
export function leveragingBagging(
  options: AdwinBaggingOptions = {},
): Learner<'binary' | 'multiclass', 'number' | 'category'> {
  return adwinBaggingEnsemble('leveraging-bagging', options, 6)
}
