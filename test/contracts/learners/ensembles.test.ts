import * as learners from '../../../src/learners/index.ts'
import { standardScaler } from '../../../src/transforms/index.ts'
import { type LearnerEntry, learnerFamily, type LearnerShape } from '../learner-family.ts'
import { learnerShapes } from '../learner-shapes.ts'
import { treeRefusals } from '../tree-refusals.ts'

/** Files of src/learners/ensembles that are no learner, and what they are. */
const parts: Readonly<Record<string, string>> = {
  'ensembles/adwin-boosted-tree.ts': 'a tree of ADWIN boosting',
  'ensembles/adwin-bagging-ensemble.ts': 'bagging that replaces its worst tree',
  'ensembles/bagged-tree.ts': 'a tree that learns rows several times',
  'ensembles/bole-tree.ts': 'a tree of BOLE',
  'ensembles/boost-record.ts': 'how right a boosted tree was',
  'ensembles/boosted-tree.ts': 'a tree of a boosted chain',
  'ensembles/boosting-parameters.ts': 'the options of boosted trees',
  'ensembles/bagging-parameters.ts': 'the options of bagging',
  'ensembles/composite-learner.ts': 'a learner made of others',
  'ensembles/described-learner.ts': 'how it names them',
  'ensembles/draw-patch.ts': 'which columns a tree looks at',
  'ensembles/ensemble-member.ts': 'a tree of an ensemble',
  'ensembles/error-window.ts': 'when errors rise',
  'ensembles/forest-member.ts': 'a tree of a forest',
  'ensembles/forest-parameters.ts': 'the options of a forest',
  'ensembles/patch-layout.ts': 'some of the columns',
  'ensembles/replaced-tree.ts': 'a tree with another in the background',
  'ensembles/running-average.ts': 'a weighted average at work',
  'ensembles/running-boosting.ts': 'boosted trees at work',
  'ensembles/running-composite.ts': 'a learner at work that is made of others',
  'ensembles/running-ensemble.ts': 'an ensemble at work',
  'ensembles/teach-by-boosting.ts': 'who learns a row how often',
  'ensembles/tree-ensemble.ts': 'what members need to be a learner',
  'ensembles/watched-tree.ts': 'a tree of ADWIN bagging',
}

const { binary, multiclass, regression } = learnerShapes
const mixed: LearnerShape[] = [['category', binary]]
const numbers: LearnerShape[] = [['none', multiclass]]

const boostedRefused = (make: (options: object) => unknown, options: readonly object[]) => [
  ...treeRefusals(make),
  ...[{ trees: 0 }, { trees: 2.5 }, { lambda: 0 }, { seed: Infinity }, ...options].map((each) => () => make(each)),
]
const refused = (make: (options: object) => unknown, options: readonly object[]) =>
  boostedRefused(make, [{ lambda: 101 }, ...options])
const boostingRefused = (make: (options: object) => unknown) =>
  [
    { trees: 0 },
    { learningRate: 0 },
    { learningRate: 1.1 },
    { columns: NaN },
    { driftDelta: 1 },
    { gracePeriod: 0 },
    { delta: 0 },
    { tau: 2 },
    { maxByteSize: 100 },
    { seed: Infinity },
    { leaves: 'mean' },
  ].map((options) => () => make(options))
const { streamingGradientBoostedTrees, streamingGradientBoostedTreesRegressor } = learners
const { exponentiallyWeightedAverage, oneVersusRest, stacking } = learners
const { gaussianNaiveBayes, hoeffdingTree, hoeffdingTreeRegressor, linearRegression, logisticRegression } = learners
const { pipeline, priorClass, priorMean, softmaxRegression } = learners
const { adwinBoosting, bole, streamingRandomPatchesRegressor } = learners
const { adaptiveRandomForest, adwinBagging, leveragingBagging, onlineBagging, streamingRandomPatches } = learners

const entries: Readonly<Record<string, readonly LearnerEntry[]>> = {
  'ensembles/adaptive-random-forest.ts': [
    {
      learners: [adaptiveRandomForest({ trees: 2, gracePeriod: 200 })],
      shapes: mixed,
      refused: refused(adaptiveRandomForest, [{ columns: 0 }, { warningDelta: 1 }, { driftDelta: 0 }]),
    },
    {
      learners: [adaptiveRandomForest({ trees: 2, driftDelta: 0.5, warningDelta: 0.9, maxByteSize: 200_000 })],
      shapes: [['none', binary]],
      refused: [],
    },
  ],
  'ensembles/adwin-bagging.ts': [
    { learners: [adwinBagging({ trees: 2 })], shapes: mixed, refused: refused(adwinBagging, [{ driftDelta: 1 }]) },
    { learners: [adwinBagging({ trees: 3, driftDelta: 0.9, maxByteSize: 200_000 })], shapes: numbers, refused: [] },
  ],
  'ensembles/adwin-boosting.ts': [
    {
      learners: [adwinBoosting({ trees: 3 })],
      shapes: mixed,
      refused: boostedRefused(adwinBoosting, [{ driftDelta: 0 }]),
    },
    { learners: [adwinBoosting({ trees: 3, driftDelta: 0.9, maxByteSize: 200_000 })], shapes: numbers, refused: [] },
  ],
  'ensembles/bole.ts': [
    { learners: [bole({ trees: 3 })], shapes: mixed, refused: boostedRefused(bole, [{ driftDelta: 0.1 }]) },
    { learners: [bole({ trees: 4, maxByteSize: 300_000 })], shapes: numbers, refused: [] },
  ],
  'ensembles/exponentially-weighted-average.ts': [
    {
      learners: [
        exponentiallyWeightedAverage([gaussianNaiveBayes(), hoeffdingTree(), priorClass()]),
        exponentiallyWeightedAverage([pipeline(standardScaler(), softmaxRegression()), gaussianNaiveBayes()], {
          share: 0,
        }),
      ],
      shapes: [
        ['none', binary],
        ['none', multiclass],
      ],
      bound: 40_000_000,
      refused: [
        ...[{ learningRate: 0 }, { share: 1.1 }, { eta: 1 }].map(
          (options) => () => exponentiallyWeightedAverage([priorClass()], options as object),
        ),
        () => exponentiallyWeightedAverage([]),
        () => exponentiallyWeightedAverage([priorClass(), priorMean()] as never[]),
      ],
    },
    {
      learners: [
        exponentiallyWeightedAverage([priorMean(), hoeffdingTreeRegressor()], { learningRate: 2 }),
        exponentiallyWeightedAverage([pipeline(standardScaler(), linearRegression()), priorMean()]),
      ],
      shapes: [['none', regression]],
      bound: 40_000_000,
      refused: [],
    },
  ],
  'ensembles/one-versus-rest.ts': [
    {
      learners: [
        oneVersusRest(gaussianNaiveBayes()),
        oneVersusRest(pipeline(standardScaler({ learn: 'on-arrival' }), logisticRegression())),
      ],
      shapes: numbers,
      refused: [() => oneVersusRest(priorMean() as never)],
    },
    {
      learners: [oneVersusRest(hoeffdingTree({ maxByteSize: 200_000 }))],
      shapes: [['category', multiclass]],
      refused: [],
      bound: 1_000_000,
    },
  ],
  'ensembles/stacking.ts': [
    {
      learners: [stacking(gaussianNaiveBayes(), [gaussianNaiveBayes(), priorClass()])],
      shapes: [
        ['indicator', binary],
        ['category', multiclass],
      ],
      refused: [
        () => stacking(logisticRegression(), []),
        () => stacking(logisticRegression(), [priorMean()] as never[]),
      ],
    },
    {
      learners: [
        stacking(linearRegression({ learningRate: 0.001 }), [
          pipeline(standardScaler(), linearRegression()),
          priorMean(),
        ]),
      ],
      shapes: [['none', regression]],
      refused: [],
    },
  ],
  'ensembles/leveraging-bagging.ts': [
    {
      learners: [leveragingBagging({ trees: 2, lambda: 3, maxByteSize: 300_000 })],
      shapes: [...mixed, ['none', multiclass]],
      refused: refused(leveragingBagging, [{ driftDelta: 0 }]),
    },
  ],
  'ensembles/online-bagging.ts': [
    { learners: [onlineBagging({ trees: 2 })], shapes: mixed, refused: refused(onlineBagging, [{ driftDelta: 0.1 }]) },
    { learners: [onlineBagging({ trees: 3, lambda: 6, maxByteSize: 200_000 })], shapes: numbers, refused: [] },
  ],
  'ensembles/streaming-gradient-boosted-trees.ts': [
    {
      learners: [streamingGradientBoostedTrees({ trees: 8, learningRate: 0.2 })],
      shapes: mixed,
      refused: boostingRefused(streamingGradientBoostedTrees),
    },
    {
      learners: [
        streamingGradientBoostedTrees({ trees: 10, learningRate: 0.5, driftDelta: 0.1, maxByteSize: 1_000_000 }),
      ],
      shapes: numbers,
      refused: [],
    },
  ],
  'ensembles/streaming-gradient-boosted-trees-regressor.ts': [
    {
      learners: [
        streamingGradientBoostedTreesRegressor({ trees: 8, learningRate: 0.2 }),
        streamingGradientBoostedTreesRegressor({ trees: 4, learningRate: 0.5, driftDelta: 0.5, maxByteSize: 300_000 }),
      ],
      shapes: [['category', regression]],
      refused: boostingRefused(streamingGradientBoostedTreesRegressor),
    },
  ],
  'ensembles/streaming-random-patches-regressor.ts': [
    {
      learners: [
        streamingRandomPatchesRegressor({ trees: 3, columns: 0.9 }),
        streamingRandomPatchesRegressor({
          trees: 2,
          driftDelta: 0.5,
          warningDelta: 0.9,
          leaves: 'mean',
          maxByteSize: 400_000,
        }),
      ],
      shapes: [['category', regression]],
      refused: [{ trees: 0 }, { columns: 0 }, { warningDelta: 1 }, { leaves: 'majority' }, { lambda: 0 }, { x: 1 }].map(
        (options) => () => streamingRandomPatchesRegressor(options as object),
      ),
    },
  ],
  'ensembles/streaming-random-patches.ts': [
    {
      learners: [streamingRandomPatches({ trees: 3 })],
      shapes: mixed,
      refused: refused(streamingRandomPatches, [{ columns: 0 }, { warningDelta: 1 }, { driftDelta: 0 }]),
    },
    {
      learners: [streamingRandomPatches({ trees: 2, driftDelta: 0.5, warningDelta: 0.9, maxByteSize: 200_000 })],
      shapes: numbers,
      refused: [],
    },
  ],
}

learnerFamily((file) => file.startsWith('ensembles/'), parts, entries)
