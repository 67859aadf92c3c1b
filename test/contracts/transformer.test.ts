import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import * as transforms from '../../src/transforms/index.ts'
import type { Transformer } from '../../src/transforms/transformer.ts'
import { suiteSchema } from './learner-rows.ts'
import { transformerChecks } from './transformer-suite.ts'

const { fourierFeatures, hashing, imputer, normalizer, oneHot, ordinal, polynomial, randomProjection } = transforms
const { targetEncoding, varianceThreshold } = transforms
const { adaptiveStandardScaler, maxAbsScaler, minMaxScaler, robustScaler, standardScaler } = transforms
const folder = fileURLToPath(new URL('../../src/transforms/', import.meta.url))

/** Files of src/transforms that are no transformer, and what they are. */
const parts: Record<string, string> = {
  'index.ts': 'the public list',
  'transformer.ts': 'the contract',
  'row-schema.ts': 'the columns of a row',
  'row-layout.ts': 'where numbers and codes lie in a row',
  'carried-columns.ts': 'which columns are the same in a changed stream',
  'check-parameter.ts': 'a check shared by all',
  'running-projection.ts': 'what transformers share that make weighted sums',
  'running-cells.ts': 'what transformers share that learn each number by itself',
  'snapshot.ts': 'saved state, shared by all',
}

interface Entry {
  readonly transformers: readonly Transformer[]
  readonly supervised?: boolean
  readonly refused: readonly (() => unknown)[]
}

const never = (make: (options: never) => unknown) => () => make({ learn: 'never' } as never)

const entries: Record<string, Entry> = {
  'adaptive-standard-scaler.ts': {
    transformers: [adaptiveStandardScaler(), adaptiveStandardScaler({ fadingFactor: 0.001, learn: 'on-arrival' })],
    refused: [
      ...[0, 1.1, NaN].map((fadingFactor) => () => adaptiveStandardScaler({ fadingFactor })),
      never(adaptiveStandardScaler),
    ],
  },
  'fourier-features.ts': {
    transformers: [fourierFeatures({ components: 7 }), fourierFeatures({ gamma: 0.01, seed: 5 })],
    refused: [
      ...[0, 1.5, 10_001].map((components) => () => fourierFeatures({ components })),
      ...[0, NaN].map((gamma) => () => fourierFeatures({ gamma })),
      () => fourierFeatures({ seed: -1 }),
      () => fourierFeatures({ period: 24 } as never),
    ],
  },
  'polynomial.ts': {
    transformers: [polynomial(), polynomial({ degree: 3, interactionOnly: true })],
    refused: [
      ...[1, 2.5, 5].map((degree) => () => polynomial({ degree })),
      () => polynomial({ interactionOnly: 1 as never }),
      () => polynomial({ bias: true } as never),
    ],
  },
  'random-projection.ts': {
    transformers: [randomProjection(), randomProjection({ components: 4, seed: 7 })],
    refused: [
      ...[0, 1.5, 10_001].map((components) => () => randomProjection({ components })),
      ...[-1, 2 ** 32].map((seed) => () => randomProjection({ seed })),
    ],
  },
  'variance-threshold.ts': {
    transformers: [varianceThreshold(), varianceThreshold({ threshold: 0.01, minSamples: 10, learn: 'on-arrival' })],
    refused: [
      ...[-1, NaN].map((threshold) => () => varianceThreshold({ threshold })),
      () => varianceThreshold({ minSamples: 1 }),
      never(varianceThreshold),
    ],
  },
  'imputer.ts': {
    transformers: [
      imputer(),
      imputer({ strategy: 'previous', learn: 'on-arrival' }),
      imputer({ strategy: 'constant', value: 7 }),
    ],
    refused: [() => imputer({ strategy: 'median' as never }), () => imputer({ value: Infinity }), never(imputer)],
  },
  'max-abs-scaler.ts': {
    transformers: [maxAbsScaler(), maxAbsScaler({ learn: 'on-arrival' })],
    refused: [never(maxAbsScaler)],
  },
  'min-max-scaler.ts': {
    transformers: [minMaxScaler(), minMaxScaler({ learn: 'on-arrival' })],
    refused: [never(minMaxScaler), () => minMaxScaler({ range: [0, 1] } as never)],
  },
  'normalizer.ts': {
    transformers: [normalizer(), normalizer({ norm: 'l1' }), normalizer({ norm: 'max' })],
    refused: [() => normalizer({ norm: 'l3' as never })],
  },
  'ordinal.ts': { transformers: [ordinal()], refused: [() => ordinal({ order: 'size' } as never)] },
  'robust-scaler.ts': {
    transformers: [robustScaler({ window: 100 }), robustScaler({ window: 2, lower: 0, upper: 1, learn: 'on-arrival' })],
    refused: [
      ...[1, 10.5, 100_001].map((window) => () => robustScaler({ window })),
      () => robustScaler({ lower: 0.75 }),
      () => robustScaler({ upper: 1.1 }),
      never(robustScaler),
    ],
  },
  'target-encoding.ts': {
    transformers: [targetEncoding(), targetEncoding({ smoothing: 0.5 })],
    supervised: true,
    refused: [0, -1, NaN, 1e10].map((smoothing) => () => targetEncoding({ smoothing })),
  },
  'standard-scaler.ts': {
    transformers: [standardScaler(), standardScaler({ learn: 'on-arrival' })],
    refused: [() => standardScaler({ learn: 'sometimes' as never }), () => standardScaler({ mean: false } as never)],
  },
  'one-hot.ts': { transformers: [oneHot()], refused: [() => oneHot({ drop: 'first' } as never)] },
  'hashing.ts': {
    transformers: [hashing(), hashing({ bits: 3, seed: 9, columns: ['place', ['hour', 'place'], 'share'] })],
    refused: [
      ...[0, 25, 1.5, NaN].map((bits) => () => hashing({ bits })),
      ...[-1, 0.5, 2 ** 32].map((seed) => () => hashing({ seed })),
      () => hashing({ size: 10 } as never),
    ],
  },
}

const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'))

describe('every transformer in src/transforms', () => {
  it.each(files.filter((file) => !(file in parts)))('%s has an entry, a source and is public', (file) => {
    expect(Object.keys(entries)).toContain(file)
    const name = basename(file, '.ts').replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase())
    expect(Object.keys(transforms)).toContain(name)
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

for (const [file, { transformers, supervised, refused }] of Object.entries(entries)) {
  const subjects = transformers.map((transformer) => {
    return { name: JSON.stringify(transformer.parameters), transformer, schema: suiteSchema('category'), supervised }
  })
  describe.each(subjects)(`${file} $name`, (subject) => {
    it.each(Object.entries(transformerChecks))('%s', (_, check) => check(subject))

    it('is named after its file', () => {
      expect(subject.transformer.algorithm).toBe(basename(file, '.ts'))
    })
  })

  it(`${file} refuses options out of range and says the range`, () => {
    for (const attempt of refused) {
      expect(attempt).toThrow(expect.objectContaining({ code: 'MILLRACE_LEARNER_PARAMETER' }))
    }
  })
}
