import * as learners from '../../../src/learners/index.ts'
import type { Learner } from '../../../src/learners/learner.ts'
import { type LearnerEntry, learnerFamily, type LearnerShape } from '../learner-family.ts'
import { learnerShapes } from '../learner-shapes.ts'

const { binary, multiclass, regression } = learnerShapes
const { linearRegression, logisticRegression } = learners

/** Files of src/learners/linear that are no learner, and what they are. */
const parts: Readonly<Record<string, string>> = {
  'linear/linear-model.ts': 'what the linear learners share',
  'linear/linear-options.ts': 'their options, and how much they keep',
  'linear/carried-linear-state.ts': 'the same over other columns',
  'linear/active-row.ts': 'the weights that a row touches',
  'linear/binary-loss.ts': 'losses of two classes',
  'linear/dot.ts': 'a weighted sum',
  'linear/margin-learner.ts': 'what a rule needs to be a learner',
  'linear/margin-rule.ts': 'how a linear model learns',
  'linear/passive-aggressive-rule.ts': 'what the passive-aggressive learners share',
  'linear/recursive-rule.ts': 'least squares a row at a time',
  'linear/regression-loss.ts': 'losses of values',
  'linear/sigmoid-into.ts': 'a margin as probabilities',
  'linear/slope-step.ts': 'the optimizers but the two fast ones',
  'linear/smoothed-rule.ts': 'the same, fading',
}

const refusedOptions = (make: (options: never) => unknown, options: readonly object[]) =>
  options.map((each) => () => make(each as never))

const linearRefused = (make: (options: object) => unknown) =>
  [
    { learningRate: 0 },
    { learningRate: -1 },
    { learningRate: NaN },
    { learningRate: 101 },
    { learningRate: '0.1' },
    { interceptLearningRate: -0.1 },
    { l2: -1e-9 },
    { l2: 1.1 },
    { clip: 0 },
    { clip: Infinity },
    { optimizer: 'newton' },
    { loss: 'focal' },
    { rate: 0.1 },
  ].map((options) => () => make(options))

const plain: LearnerShape[] = [
  ['none', binary],
  ['indicator', binary],
]
const values: LearnerShape[] = [
  ['none', regression],
  ['indicator', regression],
]

/** What a linear learner over scaled rows is tested with. */
const linearEntry = (
  learners: readonly Learner<any, any>[],
  shapes: readonly LearnerShape[],
  refused: LearnerEntry['refused'],
  besides: Partial<LearnerEntry> = {},
): LearnerEntry => ({ learners, shapes, scaled: true, refused, ...besides })

const entries: Readonly<Record<string, readonly LearnerEntry[]>> = {
  'linear/logistic-regression.ts': [
    {
      learners: [logisticRegression({ optimizer: 'sgd' })],
      shapes: [
        ['none', binary],
        ['indicator', binary],
      ],
      exactlyLinear: true,
      scaled: true,
      refused: linearRefused(logisticRegression),
    },
    {
      learners: [
        logisticRegression(),
        logisticRegression({ l2: 0.001, interceptLearningRate: 0, clip: 0.5 }),
        logisticRegression({ optimizer: 'sgd', l2: 0.001 }),
        ...(['momentum', 'nesterov', 'rmsprop', 'adadelta', 'adam', 'amsgrad', 'averaged-sgd'] as const).map(
          (optimizer) => logisticRegression({ optimizer }),
        ),
      ],
      shapes: [['indicator', binary]],
      scaled: true,
      refused: [],
    },
    linearEntry(
      (['hinge', 'squared-hinge', 'modified-huber'] as const).map((loss) => logisticRegression({ loss })),
      [['indicator', binary]],
      [],
      { squashed: true },
    ),
  ],
  'linear/linear-regression.ts': [
    {
      learners: [linearRegression()],
      shapes: [
        ['none', regression],
        ['indicator', regression],
      ],
      exactlyLinear: true,
      scaled: true,
      refused: linearRefused(linearRegression),
    },
    {
      learners: [
        linearRegression({ optimizer: 'adagrad', learningRate: 1 }),
        linearRegression({ l2: 0.001 }),
        ...(['absolute', { huber: 1 }, { quantile: 0.5 }, { epsilonInsensitive: 0.1 }] as const).map((loss) =>
          linearRegression({ loss }),
        ),
        linearRegression({ optimizer: 'averaged-sgd' }),
        linearRegression({ optimizer: 'adam', interceptLearningRate: 0.05 }),
      ],
      shapes: [['indicator', regression]],
      scaled: true,
      refused: refusedOptions(linearRegression, [
        { loss: 'hinge' },
        { loss: { huber: 0 } },
        { loss: { quantile: 1 } },
        { loss: { epsilonInsensitive: -1 } },
        { loss: {} },
      ]),
    },
  ],
  'linear/perceptron.ts': [
    linearEntry([learners.perceptron()], plain, [() => learners.perceptron({ l2: 2 })], { squashed: true }),
    linearEntry([learners.perceptron({ l2: 1e-4 })], [['none', binary]], [], { squashed: true }),
  ],
  'linear/passive-aggressive-classifier.ts': [
    linearEntry(
      [
        learners.passiveAggressiveClassifier(),
        learners.passiveAggressiveClassifier({ mode: 'PA-II', aggressiveness: 0.1 }),
      ],
      plain,
      refusedOptions(learners.passiveAggressiveClassifier, [
        { mode: 'PA-III' },
        { aggressiveness: 0 },
        { aggressiveness: NaN },
        { intercept: 1 },
        { sensitivity: 0.1 },
      ]),
      { squashed: true },
    ),
  ],
  'linear/passive-aggressive-regressor.ts': [
    linearEntry(
      [
        learners.passiveAggressiveRegressor({ aggressiveness: 0.01 }),
        learners.passiveAggressiveRegressor({ mode: 'PA-II', aggressiveness: 0.01, sensitivity: 0.5 }),
      ],
      values,
      refusedOptions(learners.passiveAggressiveRegressor, [{ sensitivity: -1 }, { mode: 1 }, { c: 1 }]),
    ),
  ],
  'linear/adaptive-regularization.ts': [
    linearEntry(
      [learners.adaptiveRegularization(), learners.adaptiveRegularization({ regularization: 10 })],
      plain,
      refusedOptions(learners.adaptiveRegularization, [{ regularization: 0 }, { r: 1 }]),
      { squashed: true },
    ),
  ],
  'linear/soft-confidence-weighted.ts': [
    linearEntry(
      [
        learners.softConfidenceWeighted(),
        learners.softConfidenceWeighted({ mode: 'SCW-II', confidence: 0.75, aggressiveness: 0.1 }),
      ],
      plain,
      refusedOptions(learners.softConfidenceWeighted, [
        { confidence: 0.5 },
        { confidence: 1 },
        { aggressiveness: 0 },
        { mode: 'SCW' },
      ]),
      { squashed: true },
    ),
  ],
  'linear/ftrl-proximal.ts': [
    linearEntry(
      [learners.ftrlProximal(), learners.ftrlProximal({ alpha: 0.5, l1: 0.5, l2: 0.1 })],
      plain,
      refusedOptions(learners.ftrlProximal, [{ alpha: 0 }, { beta: -1 }, { l1: -1 }, { l2: NaN }, { lambda: 1 }]),
    ),
  ],
  'linear/normalized-adaptive-gradient.ts': [
    linearEntry(
      [learners.normalizedAdaptiveGradient()],
      [...plain, ...values],
      refusedOptions(learners.normalizedAdaptiveGradient, [{ learningRate: 0 }, { rate: 1 }]),
    ),
  ],
  'linear/recursive-least-squares.ts': [
    linearEntry(
      [learners.recursiveLeastSquares(), learners.recursiveLeastSquares({ forgetting: 0.999 })],
      [['none', regression]],
      refusedOptions(learners.recursiveLeastSquares, [
        { forgetting: 0.4 },
        { forgetting: 1.1 },
        { spread: 0 },
        { intercept: 0 },
      ]),
    ),
  ],
  'linear/bayesian-linear-regression.ts': [
    linearEntry(
      [learners.bayesianLinearRegression({ alpha: 0.1 }), learners.bayesianLinearRegression({ smoothing: 0.999 })],
      [['none', regression]],
      refusedOptions(learners.bayesianLinearRegression, [{ alpha: 0 }, { beta: -1 }, { smoothing: 1 }, { gamma: 1 }]),
    ),
  ],
  'linear/softmax-regression.ts': [
    linearEntry(
      [
        learners.softmaxRegression(),
        learners.softmaxRegression({ optimizer: 'sgd', learningRate: 0.1, l2: 1e-4, intercept: false }),
      ],
      [
        ['indicator', multiclass],
        ['indicator', binary],
      ],
      refusedOptions(learners.softmaxRegression, [{ learningRate: 0 }, { l2: -1 }, { optimizer: 'adam' }, { clip: 1 }]),
    ),
  ],
}

learnerFamily((file) => file.startsWith('linear/'), parts, entries)
