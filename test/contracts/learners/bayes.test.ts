import * as learners from '../../../src/learners/index.ts'
import { type LearnerEntry, learnerFamily, type LearnerShape } from '../learner-family.ts'
import { learnerShapes } from '../learner-shapes.ts'

const { binary, multiclass, every } = learnerShapes
const { bernoulliNaiveBayes, categoricalNaiveBayes, complementNaiveBayes, gaussianNaiveBayes, multinomialNaiveBayes } =
  learners

/** Files of src/learners/bayes that are no learner, and what they are. */
const parts: Readonly<Record<string, string>> = {
  'bayes/bayes-state.ts': 'the arrays of naive Bayes',
  'bayes/carried-bayes-state.ts': 'the same over other columns',
  'bayes/count-state.ts': 'the counts of the others',
  'bayes/counting-learner.ts': 'what a way to count needs to be a learner',
  'bayes/learn-codes.ts': 'how codes are counted',
  'bayes/term-rule.ts': 'rows as terms that come so many times',
  'bayes/still-waiting.ts': 'when its new columns count',
}

/** Terms that come so many times tell less than whole columns: three classes are enough. */
const countedShapes: LearnerShape[] = [...every.slice(0, 2), ['indicator', { problem: 'multiclass', classes: 3 }]]

const entries: Readonly<Record<string, readonly LearnerEntry[]>> = {
  'bayes/bernoulli-naive-bayes.ts': [
    {
      learners: [bernoulliNaiveBayes({ threshold: 9 }), bernoulliNaiveBayes({ smoothing: 0.01, threshold: 6 })],
      shapes: every,
      counts: true,
      refused: [
        ...[0, 1e-7, NaN, 1e7].map((smoothing) => () => bernoulliNaiveBayes({ smoothing })),
        ...[NaN, Infinity].map((threshold) => () => bernoulliNaiveBayes({ threshold })),
      ],
    },
  ],
  'bayes/categorical-naive-bayes.ts': [
    {
      learners: [categoricalNaiveBayes(), categoricalNaiveBayes({ smoothing: 1e-6 })],
      shapes: [
        ['alone', binary],
        ['alone', multiclass],
      ],
      refused: [0, 1e-7, -1, NaN, 1e7].map((smoothing) => () => categoricalNaiveBayes({ smoothing })),
    },
  ],
  'bayes/complement-naive-bayes.ts': [
    {
      learners: [complementNaiveBayes(), complementNaiveBayes({ smoothing: 0.1 })],
      shapes: countedShapes,
      counts: true,
      squashed: true,
      refused: [0, 1e-7, -1, NaN, 1e7].map((smoothing) => () => complementNaiveBayes({ smoothing })),
    },
  ],
  'bayes/gaussian-naive-bayes.ts': [
    {
      learners: [gaussianNaiveBayes(), gaussianNaiveBayes({ smoothing: 1e-6 })],
      shapes: every,
      refused: [0, 1e-7, -1, NaN, 1e7].map((smoothing) => () => gaussianNaiveBayes({ smoothing })),
    },
  ],
  'bayes/multinomial-naive-bayes.ts': [
    {
      learners: [multinomialNaiveBayes(), multinomialNaiveBayes({ smoothing: 0.1 })],
      shapes: countedShapes,
      counts: true,
      squashed: true,
      refused: [0, 1e-7, -1, NaN, 1e7].map((smoothing) => () => multinomialNaiveBayes({ smoothing })),
    },
  ],
}

learnerFamily((file) => file.startsWith('bayes/'), parts, entries)
