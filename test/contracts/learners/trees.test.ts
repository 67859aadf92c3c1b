import * as learners from '../../../src/learners/index.ts'
import { type LearnerEntry, learnerFamily } from '../learner-family.ts'
import { learnerShapes } from '../learner-shapes.ts'
import { treeRefusals } from '../tree-refusals.ts'

const { binary, multiclass, regression, every } = learnerShapes
const {
  extremelyFastDecisionTree,
  hoeffdingAdaptiveTree,
  hoeffdingAdaptiveTreeRegressor,
  hoeffdingTree,
  hoeffdingTreeRegressor,
} = learners

/** Files of src/learners/trees that are no learner, and what they are. */
const parts: Readonly<Record<string, string>> = {
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
  'trees/poisson-table.ts': 'how often a tree learns a row',
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

const valueTreeRefused = (make: (options: object) => unknown) =>
  [
    { gracePeriod: 0 },
    { delta: 0 },
    { tau: 2 },
    { leaves: 'naive-bayes' },
    { criterion: 'gini' },
    { maxByteSize: 100 },
  ].map((options) => () => make(options))

const entries: Readonly<Record<string, readonly LearnerEntry[]>> = {
  'trees/hoeffding-tree.ts': [
    { learners: [hoeffdingTree()], shapes: every, refused: treeRefusals(hoeffdingTree) },
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
      refused: [...treeRefusals(extremelyFastDecisionTree), () => extremelyFastDecisionTree({ reevaluationPeriod: 0 })],
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
        ...treeRefusals(hoeffdingAdaptiveTree),
        ...[{ driftDelta: 0 }, { driftWindow: 0 }, { switchSignificance: 1 }, { bootstrap: 1 }, { seed: Infinity }].map(
          (options) => () => hoeffdingAdaptiveTree(options as object),
        ),
      ],
    },
  ],
}

learnerFamily((file) => file.startsWith('trees/'), parts, entries)
