import { checkParameter } from '../check-parameter.ts'
import type { DistributionTest, ShiftOptions } from './distribution-test.ts'

/** The result of a test, judged. Throws MILLRACE_DRIFT_PARAMETER. */
export function judgeShift(
  name: string,
  statistic: number,
  pValue: number,
  effect: number,
  { level = 0.01, minEffect }: ShiftOptions,
  defaultEffect: number,
): DistributionTest {
  const least = minEffect ?? defaultEffect
  checkParameter(name, 'level', level, 0, 1, 'open')
  checkParameter(name, 'minEffect', least, 0, Number.MAX_VALUE, 'closed')
  const chance = pValue > 1 ? 1 : pValue > 0 ? pValue : 0
  return { statistic, pValue: chance, effect, shifted: chance <= level && effect >= least }
}
