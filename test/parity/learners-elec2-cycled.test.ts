import { createHash } from 'node:crypto'
import { expect, it } from 'vitest'
import { gaussianNaiveBayes, logisticRegression, pipeline } from '../../src/learners/index.ts'
import type { Learner } from '../../src/learners/learner.ts'
import { standardScaler } from '../../src/transforms/index.ts'
import { readDataset } from './learners-dataset.ts'

const elec2 = readDataset('elec2')
const onArrival = standardScaler({ learn: 'on-arrival' })
const sgd = logisticRegression({ optimizer: 'sgd' })

/** Prequential over Elec2, cycled: the row arrives, is predicted (0.5 is false), and learned. */
function prequential(learner: Learner, count: number): { accuracy: number; digest: string } {
  const running = learner.build(elec2.schema, { problem: 'binary', classes: 2 })
  const out = new Float64Array(2)
  let right = 0
  for (let i = 0; i < count; i++) {
    const n = i % elec2.labels.length
    running.arrive?.(elec2.rows, n * elec2.width)
    running.predictThenLearn(elec2.rows, n * elec2.width, elec2.labels[n], 1, out, 0)
    right += Number(out[1] > 0.5 === (elec2.labels[n] === 1))
  }
  return { accuracy: right / count, digest: createHash('sha256').update(running.save()).digest('hex').slice(0, 16) }
}

// Three independent implementations agree on it: the scaler learns a row before it is predicted, every weight and the
// intercept step by 0.01.
it('standardisation, then SGD at 0.01 on log loss, over Elec2 cycled to 500,000 rows: accuracy 0.823216', () => {
  expect(prequential(pipeline(onArrival, sgd), 500_000).accuracy).toBe(0.823216)
})

it('the same learned with the label, as River does', () => {
  expect(prequential(pipeline(standardScaler(), sgd), 500_000).accuracy).toBe(0.82321)
})

// Equal on every machine and Node version, for no platform function with freedom in its last bit is used. A change of a
// formula or of the saved format changes them: then pin them anew, knowingly.
it.each([
  ['logistic regression', pipeline(standardScaler(), logisticRegression()), '5110c4da124780b8'],
  ['naive Bayes', gaussianNaiveBayes(), 'df97cde93f5d4847'],
])('the bits of %s after one pass are pinned', (_, learner, digest) => {
  expect(prequential(learner, elec2.labels.length).digest).toBe(digest)
})
