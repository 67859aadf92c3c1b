import type { Metric } from '../metric.ts'
import { SCORE_HISTOGRAM_WIDTH, updateScoreHistogram } from '../score-histogram.ts'

/**
 * The area under the precision-recall curve as average precision: precision at each score, weighted by the recall
 * gained there; a classifier that knows nothing has the share of the positives (Davis & Goadrich, ICML 2006). Scores of
 * one bin of 4,096 (`scoreBin`) count as if they came in random order, equal ones too: `prAucErrorBound` gives the most
 * by which the value can differ from the average precision of all scores; for scores of smooth density the difference
 * is far smaller. State: per bin, weight of the negatives, weight of the positives; shared.
 */
export function prAuc(): Metric {
  return metric
}

const metric: Metric = Object.freeze({
  name: 'pr-auc',
  parameters: Object.freeze({}),
  problems: Object.freeze(['binary'] as const),
  better: 'higher',
  shares: 'scores',
  width: () => SCORE_HISTOGRAM_WIDTH,
  update: updateScoreHistogram,
  read: readPrAuc,
} satisfies Metric)

/** The most by which `prAuc` can differ from the average precision over all scores. */
export function prAucErrorBound(state: Float64Array, from: number): number {
  let negatives = 0
  let positives = 0
  let error = 0
  for (let i = from + SCORE_HISTOGRAM_WIDTH - 2; i >= from; i -= 2) {
    const [n, p] = [state[i], state[i + 1]]
    if (p > 0) {
      const taken = precisionIn(positives, negatives, p, n)
      const most = (positives + p) / (negatives + positives + p) // all positives of the bin before its negatives
      const least = positives / (negatives + n + positives) || 0 // all after them, and each as bad as the first
      error += p * Math.max(most - taken, taken - least)
    }
    negatives += n
    positives += p
  }
  return error / positives
}

function readPrAuc(state: Float64Array, from: number): number {
  let negatives = 0
  let positives = 0
  let sum = 0
  for (let i = from + SCORE_HISTOGRAM_WIDTH - 2; i >= from; i -= 2) {
    const [n, p] = [state[i], state[i + 1]]
    if (p > 0) sum += p * precisionIn(positives, negatives, p, n)
    negatives += n
    positives += p
  }
  return sum / positives
}

/** The precision in the middle of a bin with `p` positives and `n` negatives, with others above it. */
function precisionIn(positives: number, negatives: number, p: number, n: number): number {
  return (positives + p / 2) / (negatives + positives + (n + p) / 2)
}
