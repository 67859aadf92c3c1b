import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { MillraceError } from '../../src/errors.ts'
import * as learners from '../../src/learners/index.ts'
import type { Learner, Target } from '../../src/learners/learner.ts'
import { hashing, oneHot, standardScaler } from '../../src/transforms/index.ts'
import { carryingChecks } from './learner-carrying.ts'
import { suiteSchema } from './learner-rows.ts'
import { learnerChecks, type LearnerSubject } from './learner-suite.ts'

const { gaussianNaiveBayes, lastLabel, linearRegression, logisticRegression, pipeline, priorClass, priorMean } =
  learners
const { extremelyFastDecisionTree, hoeffdingAdaptiveTree, hoeffdingAdaptiveTreeRegressor } = learners
const { adaptiveRandomForest, hoeffdingTree, hoeffdingTreeRegressor } = learners
const folder = fileURLToPath(new URL('../../src/learners/', import.meta.url))

/** Files of src/learners that are no learner, and what they are. */
const parts: Record<string, string> = {
  'index.ts': 'the public list',
  'learner.ts': 'the contract',
  'check-label.ts': 'a check shared by all',
  'check-target.ts': 'a check shared by all',
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
  'bayes/bayes-state.ts': 'the arrays of naive Bayes',
  'bayes/carried-bayes-state.ts': 'the same over other columns',
  'bayes/still-waiting.ts': 'when its new columns count',
  'ensembles/forest-member.ts': 'a tree of a forest',
  'ensembles/poisson-table.ts': 'how often a tree learns a row',
  'ensembles/forest-parameters.ts': 'the options of a forest',
  'trees/adaptive-parameters.ts': 'the options of trees that replace their branches',
  'trees/adaptive-tree.ts': 'a tree that replaces its branches',
  'trees/binned-columns.ts': 'numbers of a slot in bins',
  'trees/chosen-columns.ts': 'which columns a leaf looks at',
  'trees/class-shares.ts': 'the shares of the classes in a node',
  'trees/code-weights.ts': 'what leaves know of codes',
  'trees/class-leaves.ts': 'what the leaves of a classification tree know',
  'trees/class-tree.ts': 'what the Hoeffding trees that classify share',
  'trees/explain-path.ts': 'how a tree explains itself',
  'trees/growing-tree.ts': 'what all trees share',
  'trees/inner-statistics.ts': 'what a node learns that was split',
  'trees/leaf-slots.ts': 'where leaves keep what they know',
  'trees/quick-normal-cdf.ts': 'the normal distribution for split searches',
  'trees/running-adaptive-tree.ts': 'an adaptive tree at work',
  'trees/running-tree.ts': 'a Hoeffding tree at work',
  'trees/sorted-bins.ts': 'how labels depend on a number',
  'trees/split-criterion.ts': 'what a split is worth',
  'trees/split-search.ts': 'the best split of a leaf',
  'trees/tree-nodes.ts': 'the nodes of all trees',
  'trees/tree-parameters.ts': 'the options of all classification trees',
  'trees/value-leaves.ts': 'what the leaves of a regression tree know',
  'trees/value-split-search.ts': 'the best split for values',
  'trees/value-tree.ts': 'what the Hoeffding trees for values share',
  'trees/value-tree-parameters.ts': 'the options of all regression trees',
}

type Shape = readonly ['none' | 'category' | 'indicator', Target]
const binary: Target = { problem: 'binary', classes: 2 }
const multiclass: Target = { problem: 'multiclass', classes: 5 }
const regression: Target = { problem: 'regression', classes: 1 }
const everyShape: Shape[] = [
  ['none', binary],
  ['category', binary],
  ['indicator', multiclass],
]

interface Entry {
  readonly learners: readonly Learner[]
  readonly shapes: readonly Shape[]
  readonly learns?: boolean
  readonly scaled?: boolean
  readonly exactlyLinear?: boolean
  readonly squashed?: boolean
  /** Options out of range. */
  readonly refused: readonly (() => unknown)[]
}

const treeRefused = (make: (options: object) => unknown) =>
  [
    { gracePeriod: 0 },
    { gracePeriod: NaN },
    { delta: 0 },
    { delta: 1 },
    { tau: -0.1 },
    { tau: '0.1' },
    { criterion: 'entropy' },
    { leaves: 'mean' },
    { splitter: 'quantile' },
    { binarySplits: 1 },
    { maxByteSize: 9_999 },
    { maxByteSize: 1e6 + 0.5 },
    { graceperiod: 200 },
  ].map((options) => () => make(options))

const refusedOptions = (make: (options: never) => unknown, options: readonly object[]) =>
  options.map((each) => () => make(each as never))

const valueTreeRefused = (make: (options: object) => unknown) =>
  [
    { gracePeriod: 0 },
    { delta: 0 },
    { tau: 2 },
    { leaves: 'naive-bayes' },
    { criterion: 'gini' },
    { maxByteSize: 100 },
  ].map((options) => () => make(options))

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

const plain: Shape[] = [
  ['none', binary],
  ['indicator', binary],
]
const values: Shape[] = [
  ['none', regression],
  ['indicator', regression],
]

/** What a linear learner over scaled rows is tested with. */
const linearEntry = (
  learners: readonly Learner<any, any>[],
  shapes: readonly Shape[],
  refused: Entry['refused'],
  besides: Partial<Entry> = {},
): Entry => ({ learners, shapes, scaled: true, refused, ...besides })

const entries: Record<string, readonly Entry[]> = {
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
  'bayes/gaussian-naive-bayes.ts': [
    {
      learners: [gaussianNaiveBayes(), gaussianNaiveBayes({ smoothing: 1e-6 })],
      shapes: everyShape,
      refused: [0, 1e-7, -1, NaN, 1e7].map((smoothing) => () => gaussianNaiveBayes({ smoothing })),
    },
  ],
  'trees/hoeffding-tree.ts': [
    { learners: [hoeffdingTree()], shapes: everyShape, refused: treeRefused(hoeffdingTree) },
    {
      learners: [
        hoeffdingTree({ gracePeriod: 50, delta: 0.01, criterion: 'gini', leaves: 'naive-bayes', maxByteSize: 60_000 }),
      ],
      shapes: [
        ['none', binary],
        ['category', multiclass],
      ],
      refused: [],
    },
    {
      learners: [
        hoeffdingTree({ gracePeriod: 20, delta: 0.5, criterion: 'hellinger', leaves: 'majority', binarySplits: true }),
        hoeffdingTree({ splitter: 'histogram', maxByteSize: 300_000 }),
        hoeffdingTree({ splitter: 'exhaustive', gracePeriod: 500, maxByteSize: 3_000_000 }),
      ],
      shapes: [
        ['none', binary],
        ['category', binary],
      ],
      refused: [],
    },
  ],
  'ensembles/adaptive-random-forest.ts': [
    {
      learners: [adaptiveRandomForest({ trees: 2, gracePeriod: 200 })],
      shapes: [['category', binary]],
      refused: [
        ...treeRefused(adaptiveRandomForest),
        ...[{ trees: 0 }, { trees: 2.5 }, { columns: 0 }, { lambda: 0 }, { warningDelta: 1 }, { driftDelta: 0 }].map(
          (options) => () => adaptiveRandomForest(options),
        ),
        () => adaptiveRandomForest({ seed: Infinity }),
      ],
    },
    {
      learners: [adaptiveRandomForest({ trees: 2, driftDelta: 0.5, warningDelta: 0.9, maxByteSize: 200_000 })],
      shapes: [['none', binary]],
      refused: [],
    },
  ],
  'trees/extremely-fast-decision-tree.ts': [
    {
      learners: [
        extremelyFastDecisionTree(),
        extremelyFastDecisionTree({ gracePeriod: 50, delta: 0.01, reevaluationPeriod: 90, maxByteSize: 100_000 }),
      ],
      shapes: [
        ['none', binary],
        ['category', multiclass],
      ],
      refused: [...treeRefused(extremelyFastDecisionTree), () => extremelyFastDecisionTree({ reevaluationPeriod: 0 })],
    },
  ],
  'trees/hoeffding-tree-regressor.ts': [
    {
      learners: [
        hoeffdingTreeRegressor(),
        hoeffdingTreeRegressor({ leaves: 'linear', gracePeriod: 300 }),
        hoeffdingTreeRegressor({ leaves: 'mean', gracePeriod: 50, delta: 0.01, maxByteSize: 200_000 }),
      ],
      shapes: [['category', regression]],
      refused: valueTreeRefused(hoeffdingTreeRegressor),
    },
  ],
  'trees/hoeffding-adaptive-tree-regressor.ts': [
    {
      learners: [
        hoeffdingAdaptiveTreeRegressor(),
        hoeffdingAdaptiveTreeRegressor({ gracePeriod: 50, driftDelta: 0.9, driftWindow: 40, maxByteSize: 400_000 }),
      ],
      shapes: [['indicator', regression]],
      refused: [
        ...valueTreeRefused(hoeffdingAdaptiveTreeRegressor),
        () => hoeffdingAdaptiveTreeRegressor({ driftDelta: 1 }),
      ],
    },
  ],
  'trees/hoeffding-adaptive-tree.ts': [
    {
      learners: [
        hoeffdingAdaptiveTree(),
        hoeffdingAdaptiveTree({ gracePeriod: 50, delta: 0.01, driftDelta: 0.9, driftWindow: 40, maxByteSize: 100_000 }),
      ],
      shapes: [
        ['none', binary],
        ['category', multiclass],
      ],
      refused: [
        ...treeRefused(hoeffdingAdaptiveTree),
        ...[{ driftDelta: 0 }, { driftWindow: 0 }, { switchSignificance: 1 }, { bootstrap: 1 }, { seed: Infinity }].map(
          (options) => () => hoeffdingAdaptiveTree(options as object),
        ),
      ],
    },
  ],
  'baselines/prior-class.ts': [{ learners: [priorClass()], shapes: everyShape, learns: false, refused: [] }],
  'baselines/prior-mean.ts': [
    { learners: [priorMean()], shapes: [['category', regression]], learns: false, refused: [] },
  ],
  'baselines/last-label.ts': [
    { learners: [lastLabel()], shapes: [...everyShape, ['none', regression]], learns: false, refused: [] },
  ],
  'pipeline.ts': [
    {
      learners: [
        pipeline(oneHot(), standardScaler(), logisticRegression()),
        pipeline(oneHot(), standardScaler({ learn: 'on-arrival' }), logisticRegression({ optimizer: 'sgd' })),
        pipeline(hashing({ bits: 6, columns: ['place', ['hour', 'place']] }), oneHot(), pipeline(gaussianNaiveBayes())),
      ],
      shapes: [['category', binary]],
      refused: [],
    },
    { learners: [pipeline(oneHot(), gaussianNaiveBayes())], shapes: everyShape, refused: [] },
    {
      learners: [
        pipeline(standardScaler(), linearRegression()),
        pipeline(standardScaler({ learn: 'on-arrival' }), pipeline(standardScaler(), linearRegression())),
      ],
      shapes: [['none', regression]],
      refused: [],
    },
  ],
}

const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'))

describe('every learner in src/learners', () => {
  it.each(files.filter((file) => !(file in parts)))('%s has an entry, a source and is public', (file) => {
    expect(Object.keys(entries)).toContain(file)
    const name = basename(file, '.ts').replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase())
    expect(Object.keys(learners)).toContain(name)
    const text = readFileSync(join(folder, file), 'utf8')
    const docstring = text
      .slice(0, text.indexOf(`export function ${name}`))
      .split('/**')
      .at(-1)
    expect(docstring).toMatch(/\* Source: [^]*\b(1[89]|20)\d\d\b/)
  })

  it('is on the list, and the list names no file that is gone', () => {
    expect(files.toSorted()).toEqual([...Object.keys(entries), ...Object.keys(parts)].toSorted())
  })
})

for (const [file, list] of Object.entries(entries)) {
  const subjects = list.flatMap((entry) =>
    entry.learners.flatMap((learner) =>
      entry.shapes.map(([codes, target]): LearnerSubject => {
        const name = `${JSON.stringify(learner.parameters)} ${target.problem}, codes: ${codes}`
        const { learns = true, scaled, exactlyLinear, squashed } = entry
        const bound = learner.parameters.maxByteSize as number | undefined
        return { name, learner, schema: suiteSchema(codes), target, learns, scaled, exactlyLinear, squashed, bound }
      }),
    ),
  )
  describe.each(subjects)(`${file} $name`, (subject) => {
    it.each(Object.entries({ ...learnerChecks, ...carryingChecks }))('%s', (_, check) => check(subject))

    it('is named after its file', () => {
      expect(subject.learner.algorithm).toBe(basename(file, '.ts'))
    })
  })

  const refused = list.flatMap((entry) => entry.refused)
  if (refused.length === 0) continue
  it(`${file} refuses options out of range and says the range`, () => {
    for (const attempt of refused) {
      const error = thrown(attempt)
      expect(error).toBeInstanceOf(MillraceError)
      expect(error).toMatchObject({ code: 'MILLRACE_LEARNER_PARAMETER', message: expect.stringMatching(/Give .+\./) })
    }
  })
}

function thrown(attempt: () => unknown): unknown {
  try {
    return attempt()
  } catch (error) {
    return error
  }
}
