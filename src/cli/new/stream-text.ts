import { basename } from 'node:path'
import { typedCommand } from '../typed-command.ts'
import { fitted, WIDTH } from './fitted.ts'
import { quoted } from './quoted.ts'
import type { StreamDesign } from './stream-design.ts'

const learners = {
  binary: 'logisticRegression',
  multiclass: 'gaussianNaiveBayes',
  regression: 'linearRegression',
} as const

/** The stream file of a design, with comments that say what may be changed. */
export function streamText(design: StreamDesign): string {
  const { name, problem, categories, calendar, labelColumn, delay, keyField, timeField } = design
  const hasCategories = categories.length + calendar.length > 0
  const steps = [...(hasCategories ? ['oneHot()'] : []), 'standardScaler()', `${learners[problem]}()`]
  const imported = [
    'defineStream',
    ...calendar.map(({ part }) => part),
    learners[problem],
    ...(hasCategories ? ['oneHot'] : []),
    'pipeline',
    'standardScaler',
    ...(problem === 'regression' ? [] : ['adwin']),
  ]
  const lines = [
    ...fitted('import {', imported.toSorted(), "} from 'millrace'", ' '),
    '',
    `/** Predicts ${problem === 'binary' ? `whether ${labelColumn.header} is ${JSON.stringify(design.positive)}` : labelColumn.header} of each row of ${basename(design.file)}. Run it over its history: ${typedCommand(`backtest ${name}`)} */`,
    'export default defineStream({',
    `  name: '${name}',`,
    '  inputs: {',
    ...fitted(
      '    rows: {',
      [
        `topic: '${name}.rows'`,
        `schema: '${name}.avsc'`,
        `key: '${keyField}'`,
        `time: '${timeField}'`,
        // The timestamps of a log begin in 1970.
        ...(design.timeColumn?.before1970 ? [`arrival: '${timeField}'`] : []),
      ],
      '},',
      ' ',
    ),
    '  },',
    '  build: ({ rows }) => {',
    `    // The label is in the row itself${delay === undefined ? ' and known at once after the prediction' : `, known ${delay} after it`}. Where it comes from a topic of its`,
    `    // own, give the stream a second input and write: rows.label(outcomes, { value: ..., horizon: '1d' })`,
    ...fitted(
      '    const label = rows.label({',
      [labelValue(design), ...(delay === undefined ? [] : [`after: '${delay}'`])],
      '})',
      ' ',
    ),
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

function featureLines({ numbers, categories, calendar, timeField }: StreamDesign): string[] {
  const lines = numbers.map(({ name }) => fieldFeature(name))
  for (const { name } of categories) lines.push(`${fieldFeature(name)} // a text is a category`)
  for (const { name, part } of calendar) lines.push(`      ${name}: (row) => String(${part}(row.${timeField})),`)
  return lines
}

function fieldFeature(name: string): string {
  const line = `      ${name}: '${name}',`
  return line.length <= WIDTH ? line : `      ${name}:\n        '${name}',`
}

function labelValue({ labelColumn, problem, positive }: StreamDesign): string {
  const { name, type } = labelColumn
  const field = `row.${name}`
  if (problem === 'regression' || (problem === 'multiclass' && type === 'string'))
    return `value: (row) => ${field} ?? undefined`
  if (problem === 'multiclass') return unlessNull(field, `String(${field})`)
  if (type === 'boolean') return unlessNull(field, positive.toLowerCase() === 'true' ? field : `!${field}`)
  return unlessNull(field, `${field} === ${type === 'string' ? quoted(positive) : Number(positive)}`)
}

/** An arrow that says undefined of null, laid out as Biome does. */
function unlessNull(field: string, value: string): string {
  const whole = `value: (row) => (${field} === null ? undefined : ${value})`
  if (whole.length + 7 <= WIDTH) return whole
  const body = `${field} === null ? undefined : ${value}`
  if (body.length + 9 <= WIDTH) return `value: (row) =>\n        ${body}`
  return `value: (row) =>\n        ${field} === null\n          ? undefined\n          : ${value}`
}
