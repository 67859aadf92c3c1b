import type { BacktestResult } from './backtest.ts'
import { reportFigureCount } from './report-figure.ts'

const WORTH_A_NOTE = 0.01 // share of predictions without a label

/** How much of what was predicted the figures are of. */
export interface LabelCoverage {
  /** What is to be read before any figure, where more than one in a hundred predictions have no label. */
  readonly note: string | undefined
  /** 'over 5 % of predictions' where less than half have a label; the figures must not be read without it. */
  readonly over: string | undefined
}

/** Says how many predictions of a run have a label. */
export function labelCoverage({ count }: BacktestResult): LabelCoverage {
  const predicted = count('predicted')
  const labelled = count('learned')
  const without = predicted - labelled
  if (labelled === 0 || without <= WORTH_A_NOTE * predicted) return { note: undefined, over: undefined }
  const lost = count('unlabelled') + count('dropped')
  const yet = lost === 0 ? ' yet' : lost < without ? ' (yet)' : ''
  const counted = `${reportFigureCount(without)} of ${reportFigureCount(predicted)} predictions have no label${yet}`
  if (2 * labelled >= predicted) return { note: `${counted}: the figures are of the others alone.`, over: undefined }
  const share = shareText(labelled / predicted)
  return {
    note: `Only ${share} of the predictions have a label: ${counted}. The figures are of the other ${reportFigureCount(labelled)} alone, and may say little of the rest.`,
    over: `over ${share} of predictions`,
  }
}

function shareText(share: number): string {
  const percent = 100 * share
  return percent < 0.1 ? 'less than 0.1 %' : `${percent < 1 ? percent.toFixed(1) : Math.floor(percent)} %`
}
