import { expect, test } from 'vitest'
import type { Metric } from '../../src/evaluate/metric.ts'
import { accuracy } from '../../src/evaluate/metrics/accuracy.ts'
import { balancedAccuracy } from '../../src/evaluate/metrics/balanced-accuracy.ts'
import { brier } from '../../src/evaluate/metrics/brier.ts'
import { intervalCoverage } from '../../src/evaluate/metrics/interval-coverage.ts'
import { kappa } from '../../src/evaluate/metrics/kappa.ts'
import { kappaT } from '../../src/evaluate/metrics/kappa-t.ts'
import { logLoss } from '../../src/evaluate/metrics/log-loss.ts'
import { mae } from '../../src/evaluate/metrics/mae.ts'
import { pinball } from '../../src/evaluate/metrics/pinball.ts'
import { prAuc } from '../../src/evaluate/metrics/pr-auc.ts'
import { recall } from '../../src/evaluate/metrics/recall.ts'
import { rocAuc } from '../../src/evaluate/metrics/roc-auc.ts'
import { metricChecks } from './metric-suite.ts'

const plant = (metric: Metric, fault: Partial<Metric>): Metric => Object.freeze({ ...metric, ...fault })
const shared = new Float64Array(2)
const auc = rocAuc()
let turn = 0

const faults: Record<string, Metric> = {
  'counts an outcome twice now and then': plant(brier(), {
    update(state, from, ...rest) {
      brier().update(state, from, ...rest)
      if (++turn % 50 === 0) brier().update(state, from, ...rest)
    },
  }),
  'ignores the weight': plant(accuracy(), {
    update: (state, from, classes, label, out, at, last) =>
      accuracy().update(state, from, classes, label, out, at, last, 1),
  }),
  'gives ties to the positives': plant(auc, {
    read(state, from, classes) {
      let won = 0
      let pairs = 0
      let below = 0
      for (let i = from; i < from + auc.width(classes); i += 2) {
        below += state[i]
        won += state[i + 1] * below
      }
      for (let i = from; i < from + auc.width(classes); i += 2) pairs += below * state[i + 1]
      return won / pairs
    },
  }),
  'keeps its state for itself': plant(accuracy(), {
    update: (_state, _from, ...rest) => accuracy().update(shared, 0, ...rest),
    read: () => shared[1] / shared[0],
  }),
  'writes beyond its state': plant(mae(), {
    update(state, from, ...rest) {
      mae().update(state, from, ...rest)
      state[from + 3] += 1
    },
  }),
  'judges by the last label known now': plant(kappaT(), {
    update: (state, from, classes, label, out, at, _last, weight) =>
      kappaT().update(state, from, classes, label, out, at, label === 0 ? 1 : 0, weight),
  }),
  'clips at another bound': plant(logLoss({ clip: 0.05 }), {}),
  'is zero while it has seen nothing': plant(kappa(), {
    read: (...given) => kappa().read(...given) || 0,
  }),
  'cannot be merged: keeps a mean': plant(mae(), {
    update(state, from, _classes, label, out, at) {
      state[from] += 1
      state[from + 1] += (Math.abs(out[at] - label) - state[from + 1]) / state[from]
    },
    read: (state, from) => (state[from] > 0 ? state[from + 1] : NaN),
  }),
  'averages over classes that never came, too': plant(recall({ average: 'macro' }), {
    read: (state, from, classes) => (recall({ average: 'macro' }).read(state, from, classes) * classes) / (classes + 1),
  }),
  'takes predictions for labels': plant(balancedAccuracy(), {
    read(state, from, classes) {
      const turned = state.map((_, i) => state[from + (i % classes) * classes + Math.floor(i / classes)])
      return balancedAccuracy().read(turned, 0, classes)
    },
  }),
  'gives a bin of scores its positives first': plant(prAuc(), {
    read(state, from, classes) {
      let [negatives, positives, sum] = [0, 0, 0]
      for (let i = from + prAuc().width(classes) - 2; i >= from; i -= 2) {
        positives += state[i + 1]
        if (positives > 0) sum += (state[i + 1] * positives) / (negatives + positives)
        negatives += state[i]
      }
      return sum / positives
    },
  }),
  'leaves out the ends of an interval and counts a label inside as outside': plant(intervalCoverage(), {
    read: (state, from) => 1 - state[from + 1] / state[from],
  }),
  'turns the quantile round': plant(pinball({ quantile: 0.9 }), {
    update(...given) {
      pinball({ quantile: 0.1 }).update(...given)
    },
  }),
  'states half the error it has': plant(brier(), {
    standardError: (...given) => (brier().standardError?.(...given) ?? NaN) / 2,
  }),
}

for (const [name, metric] of Object.entries(faults)) {
  test(`the suite fails on a metric that ${name}`, () => {
    const broken = Object.entries(metricChecks).filter(([, check]) => {
      try {
        for (const problem of metric.problems) check(metric, problem)
        return false
      } catch {
        return true
      }
    })
    expect(broken.map(([check]) => check)).not.toEqual([])
  })
}

test('the suite passes on the same metrics without a fault', () => {
  const sound = [balancedAccuracy(), prAuc(), intervalCoverage(), pinball(), recall({ average: 'macro' })]
  for (const metric of [brier(), accuracy(), auc, mae(), kappaT(), logLoss(), kappa(), ...sound]) {
    for (const check of Object.values(metricChecks)) {
      for (const problem of metric.problems) check(plant(metric, {}), problem)
    }
  }
})
