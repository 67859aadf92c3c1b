import type { CohortPoint } from './backtest.ts'

/** Which cohorts of a curve are judged by: those that the means over cohorts count; all that have outcomes, where they count none. */
export function countedCohorts(curve: readonly CohortPoint[]): boolean[] {
  const counted = curve.map(({ isCounted }) => isCounted)
  return counted.includes(true) ? counted : curve.map(({ outcomes }) => outcomes > 0)
}
