import { readdirSync } from 'node:fs'
import { expect, it } from 'vitest'
import * as learners from '../../src/learners/index.ts'
import * as transforms from '../../src/transforms/index.ts'
import { type LearnerEntry, learnerFamily } from './learner-family.ts'
import { learnerShapes } from './learner-shapes.ts'

const { gaussianNaiveBayes, lastLabel, linearRegression, logisticRegression, pipeline, priorClass, priorMean } =
  learners
const { adaptiveStandardScaler, hashing, imputer, maxAbsScaler, minMaxScaler } = transforms
const { fourierFeatures, oneHot, ordinal, polynomial, randomProjection, robustScaler, standardScaler } = transforms
const { targetEncoding, varianceThreshold } = transforms

/** Files beside the families that are no learner, and what they are. */
const parts: Record<string, string> = {
  'index.ts': 'the public list',
  'learner.ts': 'the contract',
  'check-label.ts': 'a check shared by all',
  'check-target.ts': 'a check shared by all',
}

const { binary, regression, every: everyShape } = learnerShapes

const entries: Record<string, readonly LearnerEntry[]> = {
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
        pipeline(targetEncoding(), standardScaler(), logisticRegression()),
        pipeline(oneHot(), minMaxScaler({ learn: 'on-arrival' }), logisticRegression()),
        pipeline(imputer({ strategy: 'previous' }), ordinal(), robustScaler({ window: 50 }), logisticRegression()),
        pipeline(imputer(), oneHot(), adaptiveStandardScaler({ fadingFactor: 0.01 }), logisticRegression()),
        pipeline(oneHot(), maxAbsScaler(), logisticRegression()),
        pipeline(oneHot(), standardScaler(), polynomial(), logisticRegression()),
        pipeline(oneHot(), varianceThreshold(), standardScaler(), logisticRegression()),
        pipeline(oneHot(), standardScaler(), randomProjection({ components: 3 }), logisticRegression()),
        pipeline(oneHot(), standardScaler(), fourierFeatures({ components: 20, gamma: 0.1 }), logisticRegression()),
      ],
      shapes: [['category', binary]],
      refused: [],
    },
    {
      learners: [
        pipeline(oneHot(), gaussianNaiveBayes()),
        pipeline(oneHot(), learners.adaptiveConformalSets(gaussianNaiveBayes())),
      ],
      shapes: everyShape,
      refused: [],
    },
    {
      learners: [
        pipeline(standardScaler(), linearRegression()),
        pipeline(standardScaler({ learn: 'on-arrival' }), pipeline(standardScaler(), linearRegression())),
        pipeline(standardScaler(), learners.adaptiveConformalIntervals(linearRegression())),
      ],
      shapes: [['none', regression]],
      refused: [],
    },
  ],
}

// What lies in folders of families is proved beside this file, in learners/<folder>.test.ts.
learnerFamily((file) => !file.includes('/') || file.startsWith('baselines/'), parts, entries)

it('every folder of learners has a family', () => {
  const names = (path: string) => readdirSync(new URL(path, import.meta.url), { withFileTypes: true })
  const folders = names('../../src/learners/').filter((entry) => entry.isDirectory())
  const families = names('learners/').map(({ name }) => name.replace('.test.ts', ''))
  expect(folders.map(({ name }) => name).sort()).toEqual([...families, 'baselines'].sort())
})
