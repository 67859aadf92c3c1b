import { basename } from 'node:path'
import { quoted } from './quoted.ts'
import type { StreamDesign } from './stream-design.ts'

const learners = {
  binary: 'logisticRegression',
  multiclass: 'gaussianNaiveBayes',
  regression: 'linearRegression',
} as const

/** The stream file of a design, with comments that say what may be changed. */
export function streamText(design: StreamDesign): string {
  const { name, problem, categories, timeColumn, labelColumn, delay, keyField, timeField } = design
  const steps = [...(categories.length > 0 ? ['oneHot()'] : []), 'standardScaler()', `${learners[problem]}()`]
  const imported = [
    'defineStream',
    ...(timeColumn === undefined ? [] : ['dayOfWeek', 'hourOfDay']),
    learners[problem],
    ...(categories.length > 0 ? ['oneHot'] : []),
    'pipeline',
    'standardScaler',
    ...(problem === 'regression' ? [] : ['adwin']),
  ]
  const lines = [
    `import { ${imported.toSorted().join(', ')} } from 'millrace'`,
    '',
    `/** Predicts ${problem === 'binary' ? `whether ${labelColumn.header} is ${JSON.stringify(design.positive)}` : labelColumn.header} of each row of ${basename(design.file)}. Run it over its history: millrace backtest ${name} */`,
    'export default defineStream({',
    `  name: '${name}',`,
    '  inputs: {',
    `    rows: { topic: '${name}.rows', schema: '${name}.avsc', key: '${keyField}', time: '${timeField}' },`,
    '  },',
    '  build: ({ rows }) => {',
    `    // The label is in the row itself${delay === undefined ? ' and known at once after the prediction' : `, known ${delay} after it`}. Where it comes from a topic of its`,
    `    // own, give the stream a second input and write: rows.label(outcomes, { value: ..., horizon: '1d' })`,
    `    const label = rows.label({ value: (row) => ${labelValue(design)}${delay === undefined ? '' : `, after: '${delay}'`} })`,
    '    const features = rows.featurize({',
    ...featureLines(design),
    '    })',
    '    return features.predict(label, {',
    `      model: pipeline(${steps.join(', ')}),`,
    ...(problem === 'regression' ? [] : ['      drift: { loss: adwin() }, // signals when the loss rises']),
    '    })',
    '  },',
    '})',
    '',
  ]
  for (const { column, why } of design.left) lines.push(`// Left out: ${column.header}, for ${why}.`)
  return `${lines.join('\n').trimEnd()}\n`
}

function featureLines({ numbers, categories, timeColumn, timeField }: StreamDesign): string[] {
  const lines = numbers.map(({ name }) => `      ${name}: '${name}',`)
  for (const { name } of categories) lines.push(`      ${name}: '${name}', // a text is a category`)
  if (timeColumn !== undefined) {
    lines.push(
      `      hour: (row) => String(hourOfDay(row.${timeField})),`,
      `      weekday: (row) => String(dayOfWeek(row.${timeField})),`,
    )
  }
  return lines
}

function labelValue({ labelColumn, problem, positive }: StreamDesign): string {
  const { name, type } = labelColumn
  const field = `row.${name}`
  if (problem === 'regression') return `${field} ?? undefined`
  if (problem === 'binary') {
    const yes =
      type === 'boolean'
        ? positive.toLowerCase() === 'true'
          ? field
          : `!${field}`
        : `${field} === ${type === 'string' ? quoted(positive) : Number(positive)}`
    return `${field} === null ? undefined : ${yes}`
  }
  return type === 'string' ? `${field} ?? undefined` : `${field} === null ? undefined : String(${field})`
}
