import {
  adaptiveConformalIntervals,
  adaptiveConformalSets,
  betaCalibration,
  gaussianNaiveBayes,
  isotonicCalibration,
  linearRegression,
  logisticRegression,
  pipeline,
  plattScaling,
} from '../../../src/learners/index.ts'
import type { Target } from '../../../src/learners/learner.ts'
import { oneHot, standardScaler } from '../../../src/transforms/index.ts'
import { type LearnerEntry, learnerFamily } from '../learner-family.ts'

/** Files of src/learners/calibration that are no learner, and what they are. */
const parts: Readonly<Record<string, string>> = {
  'calibration/adaptive-level.ts': 'which share to aim at',
  'calibration/conformal-bound.ts': 'what conformal intervals and sets share',
  'calibration/isotonic-watcher.ts': 'the rising curve of isotonic calibration',
  'calibration/log-odds-calibration.ts': 'what Platt scaling and beta calibration share',
  'calibration/running-wrapped-learner.ts': 'a learner at work that is watched',
  'calibration/wrapped-learner.ts': 'a learner that is watched',
}

const binary: Target = { problem: 'binary', classes: 2 }
const multiclass: Target = { problem: 'multiclass', classes: 5 }
const regression: Target = { problem: 'regression', classes: 1 }

const calibrating = (calibrate: typeof plattScaling): LearnerEntry[] => [
  {
    learners: [
      calibrate(gaussianNaiveBayes()),
      calibrate(pipeline(oneHot(), standardScaler({ learn: 'on-arrival' }), logisticRegression()), {
        forgetting: 0.99,
      }),
    ],
    shapes: [
      ['none', binary],
      ['category', binary],
    ],
    refused: [
      ...[0, 1.1, NaN].map((forgetting) => () => calibrate(gaussianNaiveBayes(), { forgetting })),
      () => calibrate(gaussianNaiveBayes(), { memory: 10 } as never),
      () => calibrate(linearRegression() as never),
    ],
  },
]

const conformalRefused = (make: (options: object) => unknown) =>
  [
    { coverage: 0 },
    { coverage: 1 },
    { window: 9 },
    { window: 10.5 },
    { stepSizes: [] },
    { stepSizes: [0.1, 0] },
    { alpha: 0.1 },
  ].map((options) => () => make(options))

const options = { coverage: 0.5, window: 50, stepSizes: [0.01] }

const entries: Readonly<Record<string, readonly LearnerEntry[]>> = {
  'calibration/platt-scaling.ts': calibrating(plattScaling),
  'calibration/beta-calibration.ts': calibrating(betaCalibration),
  'calibration/isotonic-calibration.ts': calibrating(isotonicCalibration),
  'calibration/adaptive-conformal-intervals.ts': [
    {
      learners: [
        adaptiveConformalIntervals(pipeline(standardScaler(), linearRegression())),
        adaptiveConformalIntervals(pipeline(standardScaler({ learn: 'on-arrival' }), linearRegression()), options),
      ],
      shapes: [
        ['none', regression],
        ['indicator', regression],
      ],
      refused: [
        ...conformalRefused((each) => adaptiveConformalIntervals(linearRegression(), each)),
        () => adaptiveConformalIntervals(logisticRegression() as never),
      ],
    },
  ],
  'calibration/adaptive-conformal-sets.ts': [
    {
      learners: [adaptiveConformalSets(gaussianNaiveBayes()), adaptiveConformalSets(gaussianNaiveBayes(), options)],
      shapes: [
        ['none', binary],
        ['category', binary],
        ['indicator', multiclass],
      ],
      refused: [
        ...conformalRefused((each) => adaptiveConformalSets(gaussianNaiveBayes(), each)),
        () => adaptiveConformalSets(linearRegression() as never),
      ],
    },
  ],
}

learnerFamily((file) => file.startsWith('calibration/'), parts, entries)
