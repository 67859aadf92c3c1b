import type { Metric } from '../metric.ts'
import { SCORE_HISTOGRAM_WIDTH, updateScoreHistogram } from '../score-histogram.ts'

/**
 * The area under the ROC curve: the chance that a positive scores higher than a negative, ties counting half. From a
 * histogram of 4,096 bins (`scoreBin`), in which scores of one bin are ties: `rocAucErrorBound` gives the most by which
 * the value can differ from that of all scores; for scores of smooth density the difference is far smaller. State: per
 * bin, weight of the negatives, weight of the positives; shared. Standard error: DeLong et al., Biometrics 44, 1988.
 */
export function rocAuc(): Metric {
  return metric
}

const metric: Metric = Object.freeze({
  name: 'roc-auc',
  parameters: Object.freeze({}),
  problems: Object.freeze(['binary'] as const),
  better: 'higher',
  shares: 'scores',
  width: () => SCORE_HISTOGRAM_WIDTH,
  update: updateScoreHistogram,
  read: readRocAuc,
  standardError: standardErrorOfRocAuc,
} satisfies Metric)

/** The most by which `rocAuc` can differ from the area over all scores: half the share of pairs that lie in one bin. */
export function rocAucErrorBound(state: Float64Array, from: number): number {
  let negatives = 0
  let positives = 0
  let tied = 0
  for (let i = from; i < from + SCORE_HISTOGRAM_WIDTH; i += 2) {
    tied += state[i] * state[i + 1]
    negatives += state[i]
    positives += state[i + 1]
  }
  return tied / 2 / (negatives * positives)
}

function readRocAuc(state: Float64Array, from: number): number {
  let negatives = 0
  let positives = 0
  let won = 0
  for (let i = from; i < from + SCORE_HISTOGRAM_WIDTH; i += 2) {
    won += state[i + 1] * (negatives + state[i] / 2)
    negatives += state[i]
    positives += state[i + 1]
  }
  return won / (negatives * positives)
}

function standardErrorOfRocAuc(state: Float64Array, from: number): number {
  const area = readRocAuc(state, from)
  let negatives = 0
  let positives = 0
  for (let i = from; i < from + SCORE_HISTOGRAM_WIDTH; i += 2) {
    negatives += state[i]
    positives += state[i + 1]
  }
  let below = 0
  let above = positives
  let ofPositives = 0
  let ofNegatives = 0
  for (let i = from; i < from + SCORE_HISTOGRAM_WIDTH; i += 2) {
    above -= state[i + 1]
    const positive = (below + state[i] / 2) / negatives - area
    const negative = (above + state[i + 1] / 2) / positives - area
    ofPositives += state[i + 1] * positive * positive
    ofNegatives += state[i] * negative * negative
    below += state[i]
  }
  return Math.sqrt(ofPositives / (positives * (positives - 1)) + ofNegatives / (negatives * (negatives - 1)))
}
