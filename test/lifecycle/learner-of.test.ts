import { describe, expect, it } from 'vitest'
import * as learners from '../../src/learners/index.ts'
import type { Learner } from '../../src/learners/learner.ts'
import { learnerOf } from '../../src/lifecycle/learner-of.ts'
import { oneHot, standardScaler } from '../../src/transforms/index.ts'

const { gaussianNaiveBayes, hoeffdingTree, linearRegression, logisticRegression, pipeline } = learners
const scaled = pipeline(oneHot(), standardScaler(), logisticRegression({ l2: 0.001 }))

/** Of each way in which a learner is described. */
const described: readonly Learner<any, any>[] = [
  gaussianNaiveBayes(),
  learners.streamingGradientBoostedTrees({ trees: 7, seed: 3 }),
  scaled,
  learners.plattScaling(scaled, { forgetting: 0.99 }),
  learners.oneVersusRest(hoeffdingTree({ tau: 0.1 })),
  learners.exponentiallyWeightedAverage([scaled, gaussianNaiveBayes()], { share: 0.01 }),
  learners.stacking(learners.softmaxRegression(), [hoeffdingTree(), learners.oneVersusRest(gaussianNaiveBayes())]),
  learners.adaptiveConformalIntervals(linearRegression(), { coverage: 0.8 }),
]

describe('a learner made of what it says of itself', () => {
  it.each(described.map((learner) => [learner.algorithm, learner] as const))('is the same: %s', (_, learner) => {
    const { algorithm, parameters, problems, missing, weights } = learner
    const again = learnerOf(JSON.parse(JSON.stringify({ algorithm, parameters })))
    expect(again).toMatchObject({ algorithm, parameters, problems, missing, weights })
  })

  it('is refused where there is none of that name', () => {
    expect(() => learnerOf({ algorithm: 'forest', parameters: {} })).toThrow(/there are: /)
  })
})
