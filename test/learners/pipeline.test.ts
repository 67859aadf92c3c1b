import { describe, expect, it } from 'vitest'
import {
  gaussianNaiveBayes,
  linearRegression,
  logisticRegression,
  pipeline,
  priorClass,
} from '../../src/learners/index.ts'
import type { Learner, Target } from '../../src/learners/learner.ts'
import { hashing, oneHot, randomProjection, rowSchema, standardScaler } from '../../src/transforms/index.ts'
import type { RunningTransformer, Transformer } from '../../src/transforms/transformer.ts'

const binary: Target = { problem: 'binary', classes: 2 }
const regression: Target = { problem: 'regression', classes: 1 }
const schema = rowSchema([{ name: 'x', kind: 'number', size: 1 }])

/** Copies rows and notes what it is asked to do. */
function noting(notes: string[], name: string, learnsOnArrival: boolean): Transformer<'number', 'number'> {
  return {
    algorithm: name,
    parameters: {},
    build: (columns) => {
      const running: RunningTransformer = {
        schema: columns,
        learnsOnArrival,
        transform: (row, offset, out, at) => {
          notes.push(`${name} transforms`)
          out[at] = row[offset] + 1
        },
        learn: (row, offset, label, weight) => notes.push(`${name} learns ${row[offset]} ${label} ${weight}`),
        save: () => new Uint8Array(0),
        clone: () => running,
        byteSize: () => 0,
      }
      return running
    },
  }
}

describe('pipeline', () => {
  it('transforms on predict; learns, transforms and goes on to the next on learn', () => {
    const notes: string[] = []
    const running = pipeline(noting(notes, 'a', false), noting(notes, 'b', false), priorClass()).build(schema, binary)
    running.predict(Float64Array.of(5), 0, new Float64Array(2), 0)
    expect(notes.splice(0)).toEqual(['a transforms', 'b transforms'])
    running.learn(Float64Array.of(5), 0, 1, 2)
    expect(notes).toEqual(['a learns 5 1 2', 'a transforms', 'b learns 6 1 2', 'b transforms'])
    expect(running.arrive).toBeUndefined()
  })

  it('lets transformers that learn on arrival learn then, without the label, and not again', () => {
    const notes: string[] = []
    const running = pipeline(noting(notes, 'a', false), noting(notes, 'b', true), priorClass()).build(schema, binary)
    running.arrive?.(Float64Array.of(5), 0)
    expect(notes.splice(0)).toEqual(['a transforms', 'b learns 6 NaN 1', 'b transforms'])
    running.learn(Float64Array.of(5), 0, 1, 2)
    expect(notes).toEqual(['a learns 5 1 2', 'a transforms', 'b transforms'])
  })

  it('hands arrivals on to a pipeline inside', () => {
    const notes: string[] = []
    const inner = pipeline(noting(notes, 'b', true), priorClass())
    const running = pipeline(noting(notes, 'a', false), inner).build(schema, binary)
    running.arrive?.(Float64Array.of(5), 0)
    expect(notes).toEqual(['a transforms', 'b learns 6 NaN 1', 'b transforms'])
  })

  it('learns nothing at all from a refused label or a weight of 0', () => {
    const notes: string[] = []
    const running = pipeline(noting(notes, 'a', false), priorClass()).build(schema, binary)
    expect(() => running.learn(Float64Array.of(5), 0, 2, 1)).toThrow(/2 is not a label of this binary problem/)
    running.learn(Float64Array.of(5), 0, 1, 0)
    expect(notes).toEqual([])
  })

  it('explains by the columns of its own rows, where the transformers keep them', () => {
    const running = pipeline(standardScaler(), linearRegression({ learningRate: 0.1 })).build(schema, {
      problem: 'regression',
      classes: 1,
    })
    for (let i = 0; i < 100; i++) running.learn(Float64Array.of(i % 7), 0, 3 * (i % 7), 1)
    const [added, low, high] = [new Float64Array(2), new Float64Array(1), new Float64Array(1)]
    running.explain?.(Float64Array.of(1), 0, added, 0)
    running.explain?.(Float64Array.of(6), 0, added, 1)
    running.predict(Float64Array.of(1), 0, low, 0)
    running.predict(Float64Array.of(6), 0, high, 0)
    expect(added[1] - added[0]).toBeCloseTo(high[0] - low[0], 10)
    const crossed = pipeline(hashing({ columns: [['x', 'x']] }), oneHot(), logisticRegression()).build(schema, binary)
    expect(crossed.explain).toBeUndefined()
  })

  it('does not explain by columns that its transformers replace', () => {
    const two = rowSchema(['x', 'y'].map((name) => ({ name, kind: 'number', size: 1 }) as const))
    expect(pipeline(standardScaler(), linearRegression()).build(two, regression).explain).toBeDefined()
    const projected = pipeline(randomProjection({ components: 2 }), linearRegression())
    expect(projected.build(two, regression).explain).toBeUndefined()
  })

  it('says which part of a snapshot does not fit', () => {
    const saved = pipeline(standardScaler(), logisticRegression()).build(schema, binary).save()
    const other = pipeline(standardScaler(), logisticRegression({ learningRate: 0.1 }))
    expect(() => other.build(schema, binary, saved)).toThrow(/expected parameters .*0\.1.*found .*0\.05/)
  })

  it('refuses categories before a linear model when it is built, naming the column', () => {
    const categories = rowSchema([{ name: 'origin', kind: 'category', size: 9 }])
    expect(() => logisticRegression().build(categories, binary)).toThrow(/column 'origin'.*not a category.*oneHot\(\)/)
  })

  it('keeps problems and column kinds in its type', () => {
    const takesCategories: Learner<'binary', 'number' | 'category'> = pipeline(
      oneHot(),
      standardScaler(),
      logisticRegression(),
    )
    const bayes: Learner<'multiclass', 'category'> = pipeline(gaussianNaiveBayes())
    // @ts-expect-error a scaler takes numbers only
    const first: Learner<'binary', 'category'> = pipeline(standardScaler(), logisticRegression())
    // @ts-expect-error it solves regression problems
    const second: Learner<'binary', 'number'> = pipeline(oneHot(), linearRegression())
    // @ts-expect-error a learner has to come last
    expect(() => pipeline(logisticRegression(), standardScaler()).build(schema, binary)).toThrow(TypeError)
    for (const learner of [takesCategories, bayes, first, second]) expect(learner.algorithm).toBe('pipeline')
  })
})
