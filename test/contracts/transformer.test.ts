import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import * as transforms from '../../src/transforms/index.ts'
import type { Transformer } from '../../src/transforms/transformer.ts'
import { suiteSchema } from './learner-rows.ts'
import { transformerChecks } from './transformer-suite.ts'

const { hashing, oneHot, standardScaler } = transforms
const folder = fileURLToPath(new URL('../../src/transforms/', import.meta.url))

/** Files of src/transforms that are no transformer, and what they are. */
const parts: Record<string, string> = {
  'index.ts': 'the public list',
  'transformer.ts': 'the contract',
  'row-schema.ts': 'the columns of a row',
  'row-layout.ts': 'where numbers and codes lie in a row',
  'carried-columns.ts': 'which columns are the same in a changed stream',
  'check-parameter.ts': 'a check shared by all',
  'snapshot.ts': 'saved state, shared by all',
}

const entries: Record<string, { transformers: readonly Transformer[]; refused: readonly (() => unknown)[] }> = {
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

for (const [file, { transformers, refused }] of Object.entries(entries)) {
  const subjects = transformers.map((transformer) => {
    return { name: JSON.stringify(transformer.parameters), transformer, schema: suiteSchema('category') }
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
