import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, relative, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Command, Option } from 'commander'
import { eventSchema } from '../../codec/event-schema.ts'
import { MillraceError } from '../../errors.ts'
import { runBacktest } from '../backtest-command.ts'
import { durationOption } from '../duration-option.ts'
import { formatCount } from '../format.ts'
import { Project } from '../project.ts'
import { delimiterOf, rowFormat } from '../read-rows.ts'
import { writeTypes } from '../types-command.ts'
import { typedCommand } from '../typed-command.ts'
import { type InferredColumn, inferColumns } from './infer-columns.ts'
import { designStream, type StreamDesign } from './stream-design.ts'
import type { LabelProblem } from './label-problem.ts'
import { historyText } from './history-text.ts'
import { schemaText } from './schema-text.ts'
import { streamText } from './stream-text.ts'
import { testText } from './test-text.ts'

interface NewOptions {
  readonly from: string
  readonly label: string
  readonly time?: string
  readonly delay?: string
  readonly problem?: LabelProblem
  readonly force?: boolean
}

/** `millrace new <name>` */
export function newCommand(): Command {
  return new Command('new')
    .summary('make a stream of a CSV file and score it')
    .description(
      'Looks at a CSV file, writes a schema, a commented stream, its history and a test, and runs the backtest: from a file to a score beside its baselines.',
    )
    .argument('<name>', 'of the stream: small letters, digits and dashes')
    .requiredOption('--from <file>', 'a .csv or .tsv file, .gz or not, with a header')
    .requiredOption('--label <column>', 'what is to be predicted')
    .option('--time <column>', 'when each row happened; without it rows are spaced evenly')
    .option(
      '--delay <duration>',
      "how long after its row a label is known, such as '1h' (default: at once after the prediction)",
      durationOption,
    )
    .addOption(
      new Option('--problem <kind>', 'what the label makes (default: as its values suggest)').choices([
        'binary',
        'multiclass',
        'regression',
      ]),
    )
    .option('--force', 'write over files that are there')
    .addHelpText(
      'after',
      `
Examples:
  millrace new phishing --from phishing.csv --label is_phishing
  millrace new orders --from orders.csv --label returned --time ordered_at --delay 14d`,
    )
    .action(create)
}

async function create(name: string, options: NewOptions, command: Command): Promise<void> {
  const project = Project.of(command)
  const { terminal } = project
  if (!/^[a-z][a-z0-9-]*$/.test(name))
    throw new MillraceError(
      'MILLRACE_CLI_USAGE',
      `new ${name}`,
      `'${name}' can't be the name of a stream`,
      'Use small letters, digits and dashes, a letter first',
    )
  const file = resolve(options.from)
  if (rowFormat(file) !== 'csv')
    throw new MillraceError(
      'MILLRACE_CLI_USAGE',
      `--from ${options.from}`,
      'new reads CSV files only',
      'Name a .csv or .tsv file, .gz or not',
    )
  const inferred = await inferColumns(file, options.time)
  const { label, time, delay, problem } = options
  const design = designStream(
    { name, file, delimiter: existsSync(file) ? await delimiterOf(file) : ',', label, time, delay, problem },
    inferred,
  )
  const written = writeFiles(project, design, options.force ?? false)
  const types = await writeTypes(project.config.schemas)
  if (types.written) written.splice(1, 0, types.file)
  if (!project.json) {
    for (const line of findings(design)) terminal.line(line)
    for (const path of written) terminal.line(`  ${relative(project.folder, path)}`)
    terminal.line()
  }
  await runBacktest(project, name, {})
  if (project.json) return
  for (const line of nextSteps(project, design, relative(project.folder, written[written.length - 1])))
    terminal.line(line)
}

function writeFiles({ config, folder }: Project, design: StreamDesign, force: boolean): string[] {
  const { name } = design
  const test = join(folder, 'test', 'streams', `${name}.test.ts`)
  const streams = relative(dirname(test), config.streams).replaceAll('\\', '/')
  const files: readonly (readonly [path: string, text: string])[] = [
    [join(config.schemas, `${name}.avsc`), schemaText(design)],
    [join(config.streams, `${name}.ts`), streamText(design)],
    [join(config.streams, `${name}.history.ts`), historyText(design, config.streams)],
    [test, testText(design, hasVitest(folder) ? 'vitest' : 'node:test', streams)],
  ]
  const there = files.find(([path]) => existsSync(path))
  if (there !== undefined && !force)
    throw new MillraceError(
      'MILLRACE_CLI_EXISTS',
      relative(folder, there[0]),
      'the file is there already',
      'Choose another name, or write over it with --force',
    )
  eventSchema(JSON.parse(files[0][1]), relative(folder, files[0][0])) // a file too wide, for one, makes none that can be used
  for (const [path, text] of files) {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
  }
  return files.map(([path]) => path)
}

function hasVitest(folder: string): boolean {
  try {
    createRequire(pathToFileURL(join(folder, 'package.json'))).resolve('vitest/package.json')
    return true
  } catch {
    return false
  }
}

function columnCounts(numbers: number, categories: number): string {
  const counted = [
    ...(numbers > 0 ? [numbers === 1 ? '1 number' : `${numbers} numbers`] : []),
    ...(categories > 0 ? [categories === 1 ? '1 category' : `${categories} categories`] : []),
  ]
  return counted.join(' and ')
}

/** That a number column has cells that are none. */
function badCells({ header, bad }: InferredColumn): string[] {
  if (bad === undefined) return []
  const cells = bad.count === 1 ? 'one cell is none' : `${formatCount(bad.count)} cells are none, the first`
  return [
    `Column ${header} is taken as numbers; ${cells}: '${bad.text}' in row ${formatCount(bad.row)}. It counts as missing.`,
  ].map((line) => (bad.count === 1 ? line : line.replace('It counts', 'They count')))
}

/** That a column could be the time of a row. */
function likeTime({ header, type, otherDate }: InferredColumn): string[] {
  if (type === 'timestamp-millis') return [`Column ${header} holds times: --time ${header} takes them.`]
  if (otherDate === undefined) return []
  return [
    `Column ${header} looks like dates ('${otherDate}'): written as ISO 8601, such as 2024-01-31, --time ${header} takes them.`,
  ]
}

/** What to do with what was made. */
function nextSteps(project: Project, { name, file }: StreamDesign, test: string): string[] {
  const from = relative(project.folder, file)
  const tried = hasVitest(project.folder) ? `npx vitest run ${test}` : `node --test ${test}`
  const steps = [
    [typedCommand(`backtest ${name}`), `scores it again when you have changed streams/${name}.ts`],
    [tried, 'runs its test'],
    [typedCommand(`produce ${name}.rows --from ${from}`), 'writes the rows to its topic'],
    [typedCommand(`run ${name}`), 'runs it on its topic'],
  ]
  const width = Math.max(...steps.map(([command]) => command.length))
  return ['Next:', ...steps.map(([command, does]) => `  ${command.padEnd(width)}  ${does}`)]
}

/** What was found in the file, for people. */
function findings(design: StreamDesign): string[] {
  const { problem, otherProblems, positive, labelColumn, timeColumn, delay, numbers, categories, calendar, left } =
    design
  const predicted =
    problem === 'binary'
      ? `whether ${labelColumn.header} is ${positive}`
      : problem === 'multiclass'
        ? `which ${labelColumn.header} it is, of ${labelColumn.values.size}`
        : labelColumn.header
  return [
    `${formatCount(design.rows)} rows. To be predicted: ${predicted} (${problem}), from ${columnCounts(numbers.length, categories.length + calendar.length)}.`,
    ...(otherProblems.length > 0
      ? [`To take ${labelColumn.header} otherwise: --problem ${otherProblems.join(' or --problem ')}.`]
      : []),
    ...categories.flatMap(({ header, codes }) =>
      codes === undefined ? [] : [`Column ${header} is taken as a category: with ${codes} its digits are codes.`],
    ),
    ...left.map(({ column, why }) => `Column ${column.header || '(without a name)'} is left out, for ${why}.`),
    ...design.columns.flatMap((column) => badCells(column)),
    ...(timeColumn === undefined ? design.columns.flatMap((column) => likeTime(column)) : []),
    timeColumn === undefined
      ? 'There is no time column (--time): rows are spaced evenly, one a minute.'
      : `Rows happen at ${timeColumn.header}.`,
    delay === undefined
      ? 'Labels are known at once after the prediction; --delay says otherwise.'
      : `Labels are known ${delay} after their rows.`,
    'Written:',
  ]
}
