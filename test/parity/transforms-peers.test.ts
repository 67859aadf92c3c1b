import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import * as transforms from '../../src/transforms/index.ts'
import type { Transformer } from '../../src/transforms/transformer.ts'
import { readDataset } from './learners-dataset.ts'

const EVERY = 1500
const golden = JSON.parse(readFileSync(new URL('./golden/transforms.json', import.meta.url), 'utf8')) as Record<
  string,
  number[][]
>
const cases: Record<string, Transformer<any, any>> = {
  'min-max-scaler': transforms.minMaxScaler(),
  'max-abs-scaler': transforms.maxAbsScaler(),
  'adaptive-standard-scaler 0.3': transforms.adaptiveStandardScaler(),
  'adaptive-standard-scaler 0.01': transforms.adaptiveStandardScaler({ fadingFactor: 0.01 }),
  'normalizer l1': transforms.normalizer({ norm: 'l1' }),
  'normalizer l2': transforms.normalizer(),
  'imputer mean': transforms.imputer(),
  'imputer previous': transforms.imputer({ strategy: 'previous' }),
  'robust-scaler': transforms.robustScaler(),
  'variance-threshold': transforms.varianceThreshold({ threshold: 0.01 }),
}

describe('transforms of River 0.24.2 and quantiles of NumPy', () => {
  const { schema, width, rows, labels } = readDataset('elec2')

  it.each(Object.entries(cases))('%s, over Elec2', (name, transformer) => {
    const given = name.startsWith('imputer') ? rows.map((value, i) => (i % 5 === 4 ? NaN : value)) : rows
    const running = transformer.build(schema)
    const out = new Float64Array(width)
    const found: number[][] = []
    for (let n = 0; n < labels.length; n++) {
      if (n % EVERY === EVERY - 1) {
        running.transform(given, n * width, out, 0)
        found.push([...out])
      }
      running.learn(given, n * width, labels[n], 1)
    }
    const expected = golden[name]
    const near = name.startsWith('adaptive') ? 1e-8 : 1e-9 // a mean rounded, in parts of a deviation that may be tiny
    expect(found.length).toBe(expected.length)
    found.forEach((row, k) =>
      row.forEach((value, j) => {
        const [wanted, from] = [expected[k][j] ?? NaN, `row ${k}, ${schema.columns[j].name}`] // null: left out
        expect(Number.isNaN(value), from).toBe(Number.isNaN(wanted))
        if (Number.isNaN(wanted)) return
        expect(Math.abs(value - wanted), from).toBeLessThanOrEqual(near * Math.max(1, Math.abs(wanted)))
      }),
    )
  })

  it('polynomial, over Elec2', () => {
    const running = transforms.polynomial({ degree: 3 }).build(schema)
    const { columns } = running.schema
    const out = new Float64Array(columns.length)
    for (const [k, expected] of (golden.polynomial as unknown as Record<string, number>[]).entries()) {
      running.transform(rows, (EVERY - 1 + 10 * EVERY * k) * width, out, 0)
      expect(columns.map(({ name }) => name).toSorted()).toEqual(Object.keys(expected).toSorted())
      columns.forEach(({ name }, j) => expect(Math.abs(out[j] - expected[name])).toBeLessThanOrEqual(1e-15))
    }
  })
})
