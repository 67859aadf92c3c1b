import { MillraceError } from '../errors.ts'
import type { Feature } from './events.ts'
import { FeatureNode } from './feature-node.ts'

/**
 * One feature divided by another, missing where the second is zero or either is missing: say, an airport's departures now
 * to those of its usual hour. Throws MILLRACE_STREAM_FEATURE for a ratio of a ratio or of a category.
 */
export function ratio<T>(numerator: Feature<T>, denominator: Feature<T>): Feature<T> {
  return new FeatureNode(number(numerator).plan, number(denominator)) as Feature<T>
}

function number(feature: unknown): FeatureNode {
  const isNumber = feature instanceof FeatureNode && feature.divideBy === undefined && feature.plan.rank === 0
  if (isNumber) return feature
  throw new MillraceError(
    'MILLRACE_STREAM_FEATURE',
    'ratio(...)',
    'it divides plain features with state, neither categories nor other ratios',
    'Give it two features such as events.by(...).window(...).count()',
  )
}
