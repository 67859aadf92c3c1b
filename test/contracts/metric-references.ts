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

/** The textbook formula of each metric over all outcomes at once, slow and without any state. */
export const references: Record<string, (outcomes: readonly Outcome[]) => number> = {
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
}

/** How far a metric may be from its formula where it is not exact but for rounding; `scores` of smooth density. */
export const tolerances: Record<string, number> = { 'roc-auc': 1e-3, calibration: 5e-3 }
