import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { bernoulliNaiveBayes } from '../../src/learners/bayes/bernoulli-naive-bayes.ts'
import { categoricalNaiveBayes } from '../../src/learners/bayes/categorical-naive-bayes.ts'
import { complementNaiveBayes } from '../../src/learners/bayes/complement-naive-bayes.ts'
import { multinomialNaiveBayes } from '../../src/learners/bayes/multinomial-naive-bayes.ts'
import type { Learner, Target } from '../../src/learners/learner.ts'
import { rowSchema } from '../../src/transforms/row-schema.ts'
import { type Dataset, readDataset } from './learners-dataset.ts'

type Predictions = [row: number, probabilities: number[]][]
const golden = JSON.parse(readFileSync(new URL('./golden/bayes.json', import.meta.url), 'utf8')) as Record<
  'elec2' | 'phishing',
  Record<string, Predictions>
>
const smoothing = 0.5
const learners: Record<string, Learner<any, any>> = {
  multinomial: multinomialNaiveBayes({ smoothing }),
  complement: complementNaiveBayes({ smoothing }),
  bernoulli: bernoulliNaiveBayes({ smoothing, threshold: 0.4 }),
  categorical: categoricalNaiveBayes({ smoothing }),
}

const elec2 = readDataset('elec2')
const datasets = {
  elec2: {
    data: { ...elec2, labels: elec2.labels.map((label, n) => label + (n > 0 ? elec2.labels[n - 1] : 0)) },
    target: { problem: 'multiclass', classes: 3 },
  },
  phishing: { data: readDataset('phishing'), target: { problem: 'binary', classes: 2 } },
} satisfies Record<string, { data: Dataset; target: Target }>

/** The numbers of a data set in tenths, as codes. */
function coded({ schema, rows, ...rest }: Dataset): Dataset {
  const columns = schema.columns.map(({ name }) => ({ name, kind: 'category', size: 80 }) as const)
  return { ...rest, schema: rowSchema(columns), rows: rows.map((value) => Math.floor(value * 10) + 1) }
}

describe('naive Bayes of River 0.24.2 and scikit-learn 1.9.1, to 1e-9 relative', () => {
  for (const name of ['elec2', 'phishing'] as const) {
    it.each(Object.entries(golden[name]))(`${name}: %s`, (title, expected) => {
      const [algorithm, columns] = title.split(', ')
      const { data: numbers, target } = datasets[name]
      const data = columns === 'codes' ? coded(numbers) : numbers
      const running = learners[algorithm].build(data.schema, target)
      const out = new Float64Array(running.outputs)
      let checked = 0
      for (let n = 0; n < data.labels.length; n++) {
        running.predictThenLearn(data.rows, n * data.width, data.labels[n], 1, out, 0)
        if (expected[checked]?.[0] !== n) continue
        expected[checked++][1].forEach((p, c) => expect(Math.abs(out[c] - p)).toBeLessThan(1e-9 * p + 1e-15))
      }
      expect(checked).toBe(30)
    })
  }
})
