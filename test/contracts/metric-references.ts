/** One outcome as `Metric.update` takes it, with the whole prediction. */
export interface Outcome {
  readonly label: number
  readonly out: readonly number[]
  readonly last: number
}

const guess = ({ out }: Outcome): number => out.indexOf(Math.max(...out))
const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length
const share = (outcomes: readonly Outcome[], holds: (one: Outcome) => boolean): number =>
  mean(outcomes.map((one) => Number(holds(one))))

const classesOf = (all: readonly Outcome[]): number[] => [...new Set(all.flatMap((one) => [one.label, guess(one)]))]
const recallOf = (all: readonly Outcome[], k: number): number =>
  share(
    all.filter(({ label }) => label === k),
    (one) => guess(one) === k,
  )
const precisionOf = (all: readonly Outcome[], k: number): number =>
  share(
    all.filter((one) => guess(one) === k),
    ({ label }) => label === k,
  )
const fOf = (all: readonly Outcome[], k: number, beta: number): number => {
  const [precise, found] = [precisionOf(all, k), recallOf(all, k)]
  return ((1 + beta ** 2) * precise * found) / (beta ** 2 * precise + found)
}
const labelled = (all: readonly Outcome[]): number[] => [...new Set(all.map(({ label }) => label))]
const weighted = (all: readonly Outcome[], of: (k: number) => number): number =>
  labelled(all).reduce((sum, k) => sum + share(all, ({ label }) => label === k) * of(k), 0)
const accuracyOf = (all: readonly Outcome[]): number => share(all, (one) => guess(one) === one.label)

/** The textbook formula of each metric over all outcomes at once, slow and without any state. */
export const references: Record<
  string,
  (outcomes: readonly Outcome[], parameters: Readonly<Record<string, number>>) => number
> = {
  accuracy: (all) => share(all, (one) => guess(one) === one.label),
  'log-loss': (all) => mean(all.map(({ out, label }) => -Math.log(Math.min(1 - 1e-6, Math.max(1e-6, out[label]))))),
  brier: (all) =>
    mean(
      all.map(({ out, label }) => {
        const squares = out.map((p, k) => (p - Number(k === label)) ** 2)
        return out.length === 2 ? squares[1] : squares.reduce((a, b) => a + b, 0)
      }),
    ),
  kappa: (all) => {
    const agreed = share(all, (one) => guess(one) === one.label)
    let expected = 0
    for (let k = 0; k < all[0].out.length; k++) {
      expected += share(all, (one) => one.label === k) * share(all, (one) => guess(one) === k)
    }
    return (agreed - expected) / (1 - expected)
  },
  'kappa-t': (all) => {
    const known = all.filter(({ last }) => !Number.isNaN(last))
    const stay = share(known, ({ last, label }) => last === label)
    return (share(known, (one) => guess(one) === one.label) - stay) / (1 - stay)
  },
  'roc-auc': (all) => {
    const positives = all.filter(({ label }) => label === 1)
    const negatives = all.filter(({ label }) => label === 0)
    return mean(
      positives.map(({ out: [, a] }) => mean(negatives.map(({ out: [, b] }) => (a > b ? 1 : a === b ? 0.5 : 0)))),
    )
  },
  calibration: (all) => {
    const pairs = all
      .map((one) =>
        one.out.length === 2 ? [one.out[1], one.label] : [Math.max(...one.out), Number(guess(one) === one.label)],
      )
      .sort(([a], [b]) => a - b)
    let error = 0
    for (let bin = 0; bin < 15; bin++) {
      const part = pairs.slice(Math.round((bin * pairs.length) / 15), Math.round(((bin + 1) * pairs.length) / 15))
      error += (part.length / pairs.length) * Math.abs(mean(part.map(([p]) => p)) - mean(part.map(([, hit]) => hit)))
    }
    return error
  },
  mae: (all) => mean(all.map(({ out, label }) => Math.abs(out[0] - label))),
  rmse: (all) => Math.sqrt(mean(all.map(({ out, label }) => (out[0] - label) ** 2))),
  mse: (all) => mean(all.map(({ out, label }) => (out[0] - label) ** 2)),
  r2: (all) => {
    const centre = mean(all.map(({ label }) => label))
    const spread = mean(all.map(({ label }) => (label - centre) ** 2))
    return 1 - mean(all.map(({ out, label }) => (out[0] - label) ** 2)) / spread
  },
  mape: (all) =>
    mean(all.filter(({ label }) => label !== 0).map(({ out, label }) => Math.abs(out[0] - label) / Math.abs(label))),
  smape: (all) =>
    mean(all.map(({ out, label }) => (2 * Math.abs(out[0] - label)) / (Math.abs(out[0]) + Math.abs(label)))),
  pinball: (all, { quantile }) =>
    mean(all.map(({ out, label }) => Math.max(quantile * (label - out[0]), (1 - quantile) * (out[0] - label)))),
  'interval-coverage': (all) => share(all, ({ out, label }) => out[1] <= label && label <= out[2]),
  'interval-score': (all, { alpha }) =>
    mean(
      all.map(({ out: [, low, high], label }) => {
        return high - low + (2 / alpha) * (Math.max(0, low - label) + Math.max(0, label - high))
      }),
    ),
  'balanced-accuracy': (all) => mean(labelled(all).map((k) => recallOf(all, k))),
  'g-mean': (all) => labelled(all).reduce((product, k) => product * recallOf(all, k), 1) ** (1 / labelled(all).length),
  precision: (all) => precisionOf(all, 1),
  recall: (all) => recallOf(all, 1),
  'f-beta': (all, { beta }) => fOf(all, 1, beta),
  'macro-precision': (all) => mean(classesOf(all).map((k) => precisionOf(all, k))),
  'macro-recall': (all) => mean(classesOf(all).map((k) => recallOf(all, k))),
  'macro-f-beta': (all, { beta }) => mean(classesOf(all).map((k) => fOf(all, k, beta))),
  'weighted-precision': (all) => weighted(all, (k) => precisionOf(all, k)),
  'weighted-recall': (all) => weighted(all, (k) => recallOf(all, k)),
  'weighted-f-beta': (all, { beta }) => weighted(all, (k) => fOf(all, k, beta)),
  'micro-precision': accuracyOf,
  'micro-recall': accuracyOf,
  'micro-f-beta': accuracyOf,
  'matthews-correlation': (all) => {
    // The correlation of one-hot labels and one-hot predictions, over all classes.
    const covariance = (a: (one: Outcome) => number, b: (one: Outcome) => number): number => {
      let sum = 0
      for (const k of classesOf(all)) {
        const [meanA, meanB] = [share(all, (one) => a(one) === k), share(all, (one) => b(one) === k)]
        sum += mean(all.map((one) => (Number(a(one) === k) - meanA) * (Number(b(one) === k) - meanB)))
      }
      return sum
    }
    const label = (one: Outcome): number => one.label
    return covariance(label, guess) / Math.sqrt(covariance(label, label) * covariance(guess, guess))
  },
  'kappa-m': (all) => {
    const most = Math.max(...labelled(all).map((k) => share(all, ({ label }) => label === k)))
    return (accuracyOf(all) - most) / (1 - most)
  },
  'pr-auc': (all) => {
    const scores = [...new Set(all.map(({ out }) => out[1]))].sort((a, b) => b - a)
    const positives = all.filter(({ label }) => label === 1).length
    let area = 0
    for (const score of scores) {
      const gained = all.filter(({ out, label }) => out[1] === score && label === 1).length
      if (gained === 0) continue
      const above = all.filter(({ out }) => out[1] >= score)
      area += (gained / positives) * share(above, ({ label }) => label === 1)
    }
    return area
  },
}

/** How far a metric may be from its formula where it is not exact but for rounding; `scores` of smooth density. */
export const tolerances: Record<string, number> = { 'roc-auc': 1e-3, 'pr-auc': 2e-3, calibration: 5e-3 }
