import type { BacktestResult } from './backtest.ts'
import { reportFigure } from './report-figure.ts'

const Z = 1.96 // of a 95 % interval
const LARGE = 2 // a ratio from which on percents say less than times

/** With fewer outcomes models can't be compared. */
export const FEWEST_OUTCOMES = 100

/** What was served beside the baselines by one figure. */
export interface Comparison {
  readonly isLoss: boolean
  /** The figure of each of `scores`. */
  readonly values: readonly number[]
  /** Their standard errors, where there are some. */
  readonly errors: readonly (number | undefined)[]
  /** The mean over cohorts rather than of the whole run, of this metric: what a cohort does to all models is no difference. */
  readonly cohortMetric?: string
}

/** Indices of the baselines, best first; those without a figure are left out. */
export function bestBaselines({ isLoss, values }: Comparison): number[] {
  const sign = isLoss ? 1 : -1
  return [...values.keys()]
    .filter((i) => i > 0 && Number.isFinite(values[i]))
    .sort((a, b) => sign * (values[a] - values[b]))
}

/** How far what was served is from the best baseline. */
export interface Distance {
  /** '8.4 % below', '16.6 times', 'no clear difference from'; what it is compared with follows. */
  readonly text: string
  /** Whether the run can tell. */
  readonly isClear: boolean
  /** The baseline, an index into `scores`. */
  readonly best: number
}

/**
 * How far what was served is from the best baseline: in percent for a loss, in times where it is far above, in points for a
 * share. Where outcomes are too few, or the 95 % interval of the difference covers zero, that instead. Whole-run figures are
 * taken as independent, so the interval is rather too wide for models on the same rows. Undefined where there is nothing to compare.
 */
export function comparedWithBest(result: BacktestResult, comparison: Comparison): Distance | undefined {
  const { values, isLoss } = comparison
  const [best] = bestBaselines(comparison)
  const [served, than] = [values[0], values[best]]
  if (best === undefined || !Number.isFinite(served)) return undefined
  const { outcomes } = result.scores[0]
  if (outcomes < FEWEST_OUTCOMES)
    return { text: `too few outcomes (${outcomes}) to tell it from`, isClear: false, best }
  if (Math.abs(served - than) <= Z * differenceError(result, comparison, best))
    return { text: 'no clear difference from', isClear: false, best }
  return { text: distance(served, than, isLoss), isClear: true, best }
}

function distance(served: number, than: number, isLoss: boolean): string {
  const side = served < than ? 'below' : 'above'
  if (!isLoss || than === 0) return `${reportFigure(Math.abs(served - than))} ${side}`
  const ratio = served / than
  return ratio >= LARGE ? `${ratio.toFixed(1)} times` : `${(100 * Math.abs(ratio - 1)).toFixed(1)} % ${side}`
}

function differenceError({ curve }: BacktestResult, { errors, cohortMetric }: Comparison, best: number): number {
  if (cohortMetric === undefined) return Math.sqrt((errors[0] || 0) ** 2 + (errors[best] || 0) ** 2)
  const differences = curve
    .filter(({ isCounted }) => isCounted)
    .map(({ values }) => values[0][cohortMetric] - values[best][cohortMetric])
    .filter((difference) => Number.isFinite(difference))
  const mean = differences.reduce((sum, one) => sum + one, 0) / differences.length
  const squares = differences.reduce((sum, one) => sum + (one - mean) ** 2, 0)
  return differences.length < 2
    ? Number.POSITIVE_INFINITY
    : Math.sqrt(squares / (differences.length - 1) / differences.length)
}
