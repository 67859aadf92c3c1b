import type { CohortPoint } from './backtest.ts'
import { countedCohorts } from './counted-cohorts.ts'
import { meanOf } from './curve-periods.ts'

const DAY_MS = 86_400_000
const MONDAY = 3 // days from 1970-01-01, a Thursday, back to its Monday
const MOST = 200 // points that a chart has the pixels for

/** A curve as it is drawn. */
export interface ThinnedCurve {
  /** What a point stands for; undefined where it is one cohort. */
  readonly by: 'week' | 'month' | 'quarter' | 'year' | undefined
  readonly points: readonly CohortPoint[]
  /** Which of them are judged by. */
  readonly isCounted: readonly boolean[]
}

const periods = [
  ['week', 7, (time: number) => Math.floor((Math.floor(time / DAY_MS) + MONDAY) / 7)],
  ['month', 30, monthOf],
  ['quarter', 91, (time: number) => Math.floor(monthOf(time) / 3)],
  ['year', 365, (time: number) => Math.floor(monthOf(time) / 12)],
] as const

/** A curve with no more points than there are pixels for: where it has more, of each week, month, quarter or year the means of the cohorts that are judged by. */
export function thinnedCurve(curve: readonly CohortPoint[], cohortDays: number): ThinnedCurve {
  const counted = countedCohorts(curve)
  if (curve.length <= MOST) return { by: undefined, points: curve, isCounted: counted }
  const isCounted = new Map(curve.map((point, i) => [point, counted[i]]))
  const longer = periods.filter(([, days]) => days >= 2 * cohortDays)
  const groups = longer.map(([by, , of]) => ({ by, points: [...Map.groupBy(curve, ({ time }) => of(time)).values()] }))
  const fitting = groups.find(({ points }) => points.length <= MOST) ?? groups[groups.length - 1]
  if (fitting === undefined) return { by: undefined, points: curve, isCounted: counted }
  const judged = fitting.points.map((group) => group.filter((point) => isCounted.get(point)))
  return {
    by: fitting.by,
    points: fitting.points.map((group, i) => together(judged[i].length > 0 ? judged[i] : group)),
    isCounted: judged.map(({ length }) => length > 0),
  }
}

/** The means of some cohorts, in the middle of their time. */
function together(points: readonly CohortPoint[]): CohortPoint {
  const models = Math.max(...points.map(({ values }) => values.length))
  const names = [...new Set(points.flatMap(({ values }) => values.flatMap((one) => Object.keys(one))))]
  const mean = (model: number) =>
    Object.fromEntries(names.map((name) => [name, meanOf(points.map(({ values }) => values[model]?.[name]))]))
  return {
    time: (points[0].time + points[points.length - 1].time) / 2,
    outcomes: points.reduce((sum, { outcomes }) => sum + outcomes, 0),
    isCounted: points.some((point) => point.isCounted),
    values: Array.from({ length: models }, (_, model) => mean(model)),
  }
}

/** Months since the year 0. */
function monthOf(time: number): number {
  const date = new Date(time)
  return 12 * date.getUTCFullYear() + date.getUTCMonth()
}
