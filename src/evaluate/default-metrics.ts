import type { Problem } from '../learners/learner.ts'
import type { Metric } from './metric.ts'
import { accuracy } from './metrics/accuracy.ts'
import { brier } from './metrics/brier.ts'
import { calibration } from './metrics/calibration.ts'
import { kappa } from './metrics/kappa.ts'
import { kappaT } from './metrics/kappa-t.ts'
import { logLoss } from './metrics/log-loss.ts'
import { mae } from './metrics/mae.ts'
import { rmse } from './metrics/rmse.ts'
import { rocAuc } from './metrics/roc-auc.ts'

/** The metrics that a problem is judged by unless told otherwise. */
export function defaultMetrics(problem: Problem): readonly Metric[] {
  if (problem === 'binary') return [accuracy(), logLoss(), rocAuc(), brier(), calibration(), kappa(), kappaT()]
  if (problem === 'multiclass') return [accuracy(), logLoss(), brier(), calibration(), kappa(), kappaT()]
  return problem === 'regression' ? [mae(), rmse()] : []
}
