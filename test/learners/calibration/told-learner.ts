import type { Learner, RunningLearner, Target } from '../../../src/learners/learner.ts'
import { rowSchema } from '../../../src/transforms/row-schema.ts'

/** Rows of one number, which is the prediction. */
export const toldSchema = rowSchema([{ name: 'told', kind: 'number', size: 1 }])

/** A learner that says what the row tells it to: the value, or the probability of true. It learns nothing. */
export const toldLearner: Learner<'binary' | 'regression', 'number'> = Object.freeze({
  algorithm: 'told-learner',
  problems: ['binary', 'regression'] as const,
  parameters: Object.freeze({}),
  weights: 'linear',
  missing: 'ignored',
  build: (_schema, target) => running(target),
} satisfies Learner)

function running(target: Target): RunningLearner {
  const outputs = target.problem === 'binary' ? 2 : 1
  const predict: RunningLearner['predict'] = (row, offset, out, at) => {
    out[at + outputs - 1] = row[offset]
    if (outputs === 2) out[at] = 1 - row[offset]
  }
  return {
    outputs,
    predict,
    learn: () => {},
    predictThenLearn: (row, offset, _label, _weight, out, at) => predict(row, offset, out, at),
    save: () => new Uint8Array(1),
    clone: () => running(target),
    byteSize: () => 0,
  }
}
