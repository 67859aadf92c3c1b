import { describe, expect, it } from 'vitest'
import { gaussianNaiveBayes } from '../../../src/learners/bayes/gaussian-naive-bayes.ts'
import { SeededRandom } from '../../../src/stats/seeded-random.ts'
import { type RowSchema, rowSchema } from '../../../src/transforms/row-schema.ts'

/** Naive Bayes as its definition has it, over kept rows, in logarithms. */
function reference(schema: RowSchema, classes: number, rows: Float64Array[], labels: number[], row: Float64Array) {
  const logs = Array.from({ length: classes }, (_, c) => {
    const own = rows.filter((_row, n) => labels[n] === c)
    if (own.length === 0) return -Infinity
    let sum = Math.log(own.length)
    for (const [j, column] of schema.columns.entries()) {
      if (column.kind === 'number') {
        if (Number.isNaN(row[j])) continue
        const values = own.map((each) => each[j]).filter((value) => !Number.isNaN(value))
        const mean = values.reduce((a, b) => a + b, 0) / values.length
        const variance = values.reduce((a, b) => a + (b - mean) ** 2, 0) / (values.length - 1)
        const some = values.length > 1 && variance > 0
        const density = some
          ? Math.exp(-((row[j] - mean) ** 2) / (2 * variance)) / Math.sqrt(2 * Math.PI * variance)
          : 0
        sum += Math.log(1e-9 + density)
      } else {
        const codes = new Set(rows.map((each) => each[j])).size
        sum += Math.log((own.filter((each) => each[j] === row[j]).length + 0.5) / (own.length + 0.5 * (codes + 1)))
      }
    }
    return sum
  })
  const top = Math.max(...logs)
  const shares = logs.map((each) => Math.exp(each - top))
  const total = shares.reduce((a, b) => a + b, 0)
  return shares.map((share) => share / total)
}

function schemaOf(numbers: number, codes: number): RowSchema {
  const number = (_: unknown, j: number) => ({ name: `number ${j}`, kind: 'number', size: 1 }) as const
  const code = (_: unknown, j: number) => ({ name: `code ${j}`, kind: 'category', size: 50 }) as const
  return rowSchema([...Array.from({ length: numbers }, number), ...Array.from({ length: codes }, code)])
}

describe('gaussian naive Bayes', () => {
  it.each([
    { numbers: 3, codes: 2, scale: 1, classes: 2 },
    { numbers: 40, codes: 0, scale: 1, classes: 2 }, // more than a chunk of columns
    { numbers: 40, codes: 1, scale: 1e-8, classes: 3 }, // densities whose product leaves the doubles
    { numbers: 40, codes: 1, scale: 1e8, classes: 3 }, // densities below the floor
    { numbers: 0, codes: 4, scale: 1, classes: 4 },
  ])('is its definition: $numbers numbers of scale $scale, $codes codes, $classes classes', (shape) => {
    const { numbers, codes, scale, classes } = shape
    const random = new SeededRandom(7)
    const schema = schemaOf(numbers, codes)
    const running = gaussianNaiveBayes({ smoothing: 0.5 }).build(schema, { problem: 'multiclass', classes })
    const rows: Float64Array[] = []
    const labels: number[] = []
    const out = new Float64Array(classes)
    for (let n = 0; n < 300; n++) {
      const label = random.nextInt(classes)
      const row = Float64Array.from({ length: numbers + codes }, (_, j) => {
        if (j >= numbers) return Math.floor(random.next() * (10 + 3 * label))
        return random.next() < 0.05 ? NaN : scale * (random.normal() * (1 + label) + 0.2 * label)
      })
      running.predict(row, 0, out, 0)
      if (rows.length > 0) {
        const expected = reference(schema, classes, rows, labels, row)
        for (let c = 0; c < classes; c++) expect(Math.abs(out[c] - expected[c])).toBeLessThan(1e-9)
      } else expect([...out]).toEqual(evenly(classes))
      running.learn(row, 0, label, 1)
      rows.push(row)
      labels.push(label)
    }
  })

  it('a column without spread weighs nothing between classes that share it', () => {
    const running = gaussianNaiveBayes().build(schemaOf(2, 0), { problem: 'binary', classes: 2 })
    for (let n = 0; n < 100; n++) running.learn(Float64Array.of(5, n % 2), 0, n % 2, 1)
    const out = new Float64Array(2)
    running.predict(Float64Array.of(5, NaN), 0, out, 0)
    expect([...out]).toEqual([0.5, 0.5])
  })
})

function evenly(classes: number): number[] {
  return Array.from({ length: classes }, () => 1 / classes)
}
