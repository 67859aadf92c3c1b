import { join } from 'node:path'
import {
  gaussianNaiveBayes,
  hashing,
  lastLabel,
  linearRegression,
  logisticRegression,
  oneHot,
  pipeline,
  priorClass,
  priorMean,
  standardScaler,
} from '../../src/index.ts'
import type { Learner, Target } from '../../src/learners/learner.ts'
import type { ModelColumn, ModelHeader } from '../../src/models/model-file.ts'
import { SeededRandom } from '../../src/stats/seeded-random.ts'

/** Where the bytes lie that must be readable for ever. */
export const formatFolder = join(import.meta.dirname, '1')

/** What a file must say of rows, to the last bit. */
export interface ExpectedModel {
  readonly header: ModelHeader
  readonly rows: readonly Readonly<Record<string, number | string | null>>[]
  /** All outputs of each row, in hexadecimal bits, so that JSON rounds nothing. */
  readonly outputs: readonly (readonly string[])[]
}

const airports = ['ATL', 'ORD', 'DFW', 'LAX', 'JFK']
const columns: readonly ModelColumn[] = [
  { name: 'origin', kind: 'category', size: 16, categories: airports },
  { name: 'distance', kind: 'number', size: 1 },
  { name: 'hour', kind: 'number', size: 1 },
]
const numbers = columns.slice(1)
const binary: Target = { problem: 'binary', classes: 2 }
const multiclass: Target = { problem: 'multiclass', classes: 4 }
const regression: Target = { problem: 'regression', classes: 1 }

interface Specimen {
  readonly learner: Learner<any, any>
  readonly target: Target
  readonly columns: readonly ModelColumn[]
}

/** A model of each algorithm that there was, by the name of its file. */
export const specimens: Readonly<Record<string, Specimen>> = {
  'gaussian-naive-bayes': { learner: gaussianNaiveBayes(), target: multiclass, columns },
  'last-label': { learner: lastLabel(), target: binary, columns },
  'linear-regression': { learner: linearRegression({ learningRate: 0.001 }), target: regression, columns: numbers },
  'logistic-regression': { learner: logisticRegression(), target: binary, columns: numbers },
  'pipeline-hashing': {
    learner: pipeline(
      hashing({ bits: 6, columns: ['origin', ['origin', 'hour']] }),
      logisticRegression({ optimizer: 'sgd' }),
    ),
    target: binary,
    columns,
  },
  'pipeline-one-hot': {
    learner: pipeline(oneHot(), standardScaler(), logisticRegression({ l2: 0.001 })),
    target: binary,
    columns,
  },
  'prior-class': { learner: priorClass(), target: multiclass, columns },
  'prior-mean': { learner: priorMean(), target: regression, columns },
}

/** A header and rows of a specimen, the same at each call. */
export function specimenFacts({ learner, target, columns: own }: Specimen): {
  readonly header: ModelHeader
  readonly rows: ExpectedModel['rows']
} {
  const random = new SeededRandom(7)
  const rows = Array.from({ length: 12 }, (_, i) => {
    const row = {
      origin: i === 3 ? null : i === 4 ? 'nowhere' : airports[random.nextInt(airports.length)],
      distance: i === 5 ? null : Math.round(random.next() * 25) / 10,
      hour: i === 6 ? null : random.nextInt(24) / 24,
    }
    return Object.fromEntries(own.map(({ name }) => [name, row[name as keyof typeof row]]))
  })
  const header: ModelHeader = {
    stream: 'flight-delay',
    task: 0,
    version: 'v0.7',
    parent: 'v0.0',
    carriedFrom: null,
    algorithm: learner.algorithm,
    parameters: learner.parameters,
    columns: own,
    target,
    classes:
      target.problem === 'binary'
        ? ['false', 'true']
        : target.problem === 'multiclass'
          ? ['early', 'on time', 'late']
          : [],
    labels: { first: 0, end: 800 },
    job: 'r0.7',
    written: 'trained',
    reason: 'the schedule asks for it',
    time: 981_547_200_000,
    numbers: { rows: 800, validationLoss: 0.41 },
    code: 'a-code',
  }
  return { header, rows }
}

/** Hexadecimal bits of a double. */
export function bitsOf(value: number): string {
  const bytes = Buffer.alloc(8)
  bytes.writeDoubleBE(value)
  return bytes.toString('hex')
}
