import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { MillraceError } from '../../src/errors.ts'
import * as learners from '../../src/learners/index.ts'
import type { Learner, Target } from '../../src/learners/learner.ts'
import { hashing, oneHot, standardScaler } from '../../src/transforms/index.ts'
import { suiteSchema } from './learner-rows.ts'
import { learnerChecks, type LearnerSubject } from './learner-suite.ts'

const { gaussianNaiveBayes, lastLabel, linearRegression, logisticRegression, pipeline, priorClass, priorMean } =
  learners
const folder = fileURLToPath(new URL('../../src/learners/', import.meta.url))

/** Files of src/learners that are no learner, and what they are. */
const parts: Record<string, string> = {
  'index.ts': 'the public list',
  'learner.ts': 'the contract',
  'check-label.ts': 'a check shared by all',
  'check-target.ts': 'a check shared by all',
  'linear/linear-model.ts': 'what the linear learners share',
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
  /** Options out of range. */
  readonly refused: readonly (() => unknown)[]
}

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
    { optimizer: 'adam' },
    { rate: 0.1 },
  ].map((options) => () => make(options))

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
      ],
      shapes: [['indicator', binary]],
      scaled: true,
      refused: [],
    },
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
      learners: [linearRegression({ optimizer: 'adagrad', learningRate: 1 }), linearRegression({ l2: 0.001 })],
      shapes: [['indicator', regression]],
      scaled: true,
      refused: [],
    },
  ],
  'bayes/gaussian-naive-bayes.ts': [
    {
      learners: [gaussianNaiveBayes(), gaussianNaiveBayes({ smoothing: 1e-6 })],
      shapes: everyShape,
      refused: [0, 1e-7, -1, NaN, 1e7].map((smoothing) => () => gaussianNaiveBayes({ smoothing })),
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
        const { learns = true, scaled, exactlyLinear } = entry
        return { name, learner, schema: suiteSchema(codes), target, learns, scaled, exactlyLinear }
      }),
    ),
  )
  describe.each(subjects)(`${file} $name`, (subject) => {
    it.each(Object.entries(learnerChecks))('%s', (_, check) => check(subject))

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
