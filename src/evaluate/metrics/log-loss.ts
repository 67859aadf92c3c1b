import { checkParameter } from '../../transforms/check-parameter.ts'
import { clippedLogLoss } from '../clipped-log-loss.ts'
import { meanOf, standardErrorOf } from '../mean-of.ts'
import type { Metric } from '../metric.ts'

/**
 * The mean of -ln p(label), in nats, with p kept within [clip, 1 - clip] (1e-6 unless told otherwise, so that one
 * outcome counts 13.8 at most). State: weight, sum, sum of squares. Throws MILLRACE_LEARNER_PARAMETER.
 */
export function logLoss(options: { readonly clip?: number } = {}): Metric {
  const clip = checkParameter('log-loss', 'clip', options.clip ?? 1e-6, { min: 0, max: 0.1, above: true })
  const parameters = Object.freeze({ clip })
  return Object.freeze({
    name: 'log-loss',
    parameters,
    problems: Object.freeze(['binary', 'multiclass'] as const),
    better: 'lower',
    width: () => 3,
    update: updateLogLoss,
    read: meanOf,
    standardError: standardErrorOf,
  } satisfies Metric)
}

/** Exported so that the metric set knows the metric that it can fuse. */
export function updateLogLoss(
  this: Metric,
  state: Float64Array,
  from: number,
  _classes: number,
  label: number,
  out: Float64Array,
  at: number,
  _last: number,
  weight: number,
): void {
  const loss = clippedLogLoss(out[at + label], this.parameters.clip)
  state[from] += weight
  state[from + 1] += weight * loss
  state[from + 2] += weight * loss * loss
}
