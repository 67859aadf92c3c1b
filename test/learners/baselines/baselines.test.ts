import { describe, expect, it } from 'vitest'
import { lastLabel, priorClass, priorMean } from '../../../src/learners/index.ts'
import type { RunningLearner } from '../../../src/learners/learner.ts'
import { rowSchema } from '../../../src/transforms/row-schema.ts'

const schema = rowSchema([{ name: 'x', kind: 'number', size: 1 }])
const row = Float64Array.of(NaN)

function predicted(running: RunningLearner): number[] {
  const out = new Float64Array(running.outputs)
  running.predict(row, 0, out, 0)
  return [...out]
}

describe('baselines', () => {
  it('priorClass gives the weighted share of each class', () => {
    const running = priorClass().build(schema, { problem: 'multiclass', classes: 4 })
    expect(predicted(running)).toEqual([0.25, 0.25, 0.25, 0.25])
    for (const [label, weight] of [
      [2, 1],
      [2, 2],
      [0, 1],
    ]) {
      running.learn(row, 0, label, weight)
    }
    expect(predicted(running)).toEqual([0.25, 0, 0.75, 0])
  })

  it('priorMean gives the weighted mean', () => {
    const running = priorMean().build(schema, { problem: 'regression', classes: 1 })
    expect(predicted(running)).toEqual([0])
    running.learn(row, 0, 10, 1)
    running.learn(row, 0, 2, 3)
    expect(predicted(running)).toEqual([4])
  })

  it('lastLabel gives the latest label', () => {
    const classes = lastLabel().build(schema, { problem: 'binary', classes: 2 })
    expect(predicted(classes)).toEqual([0.5, 0.5])
    classes.learn(row, 0, 1, 1)
    classes.learn(row, 0, 0, 0.1)
    expect(predicted(classes)).toEqual([1, 0])
    const values = lastLabel().build(schema, { problem: 'regression', classes: 1 })
    expect(predicted(values)).toEqual([0])
    values.learn(row, 0, -3.5, 1)
    expect(predicted(values)).toEqual([-3.5])
  })
})
