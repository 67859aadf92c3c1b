import { accessSync, constants, existsSync, statSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { Command } from 'commander'
import { backtest, type BacktestResult } from '../backtest/backtest.ts'
import { backtestReport } from '../backtest/backtest-report.ts'
import { limitHistory } from '../backtest/limit-history.ts'
import { MillraceError } from '../errors.ts'
import { inlineTrainer } from '../lifecycle/inline-trainer.ts'
import { millraceVersion } from '../service/millrace-version.ts'
import { backtestJson } from './backtest-json.ts'
import { backtestLines } from './backtest-lines.ts'
import { historyOption } from './history-option.ts'
import { historyError, loadHistory } from './load-history.ts'
import { ProgressLine } from './progress-line.ts'
import { Project } from './project.ts'
import { countOption } from './count-option.ts'

/** `millrace backtest <stream>` */
export function backtestCommand(): Command {
  return new Command('backtest')
    .summary('run a stream over its history and score it')
    .description(
      'Runs a stream over its history as fast as the machine can, each label at its real delay, and prints its score beside the baselines.',
    )
    .argument('<stream>', 'name of a file in the streams folder')
    .option('--limit <records>', 'only the first records of the history', countOption)
    .addOption(historyOption())
    .option('--report <file>', 'write an HTML report with learning curve, calibration and slices')
    .addHelpText(
      'after',
      `
Examples:
  millrace backtest flight-delay
  millrace backtest flight-delay --report flight-delay.html
  millrace backtest prices --from prices-2026.csv
  millrace backtest flight-delay --limit 200000 --json
  millrace backtest flight-delay --json > flight-delay.json`,
    )
    .action((name: string, options: BacktestCommandOptions, command: Command) =>
      runBacktest(Project.of(command), name, options),
    )
}

export interface BacktestCommandOptions {
  readonly limit?: number
  /** Files instead of the stream's history. */
  readonly from?: readonly string[]
  /** Where to write the report. */
  readonly report?: string
}

/** Runs a stream over its history and prints what came of it. */
export async function runBacktest(project: Project, name: string, options: BacktestCommandOptions): Promise<void> {
  const { terminal } = project
  if (options.report !== undefined) checkFolder(options.report)
  const loaded = await project.stream(name)
  const { read, total } = await loadHistory(loaded, options.from, { note: (text) => terminal.note(text) })
  const limit = options.limit ?? total
  const records = options.limit === undefined ? read() : limitHistory(read(), options.limit)
  const progress = new ProgressLine(terminal, 'events', limit)
  let result: BacktestResult
  try {
    result = await backtest(loaded.graph, records, {
      prepare: (state) => {
        state.race.trainer = inlineTrainer(state)
      },
      onProgress: (events, nowMs) => progress.update(events, new Date(nowMs).toISOString().slice(0, 10)),
    })
  } catch (error) {
    throw historyError(options.from === undefined ? loaded.historyFile : undefined, error)
  } finally {
    progress.end()
  }
  const { elapsedMs } = progress
  if (result.events === result.count('rejected'))
    throw noUse(options.from?.join(', ') ?? loaded.historyFile ?? name, result)
  if (project.json) terminal.json(backtestJson(name, result))
  else for (const line of backtestLines(result, terminal, elapsedMs)) terminal.line(line)
  if (options.report === undefined) return
  const runtime = `Node ${process.versions.node}`
  const facts = { stream: name, elapsedMs, version: millraceVersion, runtime }
  writeReport(options.report, backtestReport(result, facts))
  terminal.note(`Report: ${options.report}`)
}

/** Of a history without a record that the stream can use: there is nothing to score. */
function noUse(place: string, { deadLetters }: BacktestResult): MillraceError {
  const [first] = deadLetters
  return new MillraceError(
    'MILLRACE_CLI_DATA',
    place,
    first === undefined
      ? 'there are no records in it'
      : `none of its records can be used (the first of ${first.input}: ${first.cause})`,
    'Give records as the schemas and the checks of the stream say',
  )
}

/** Before the run, that its report will have a place. */
function checkFolder(file: string): void {
  try {
    accessSync(dirname(file), constants.W_OK)
    if (existsSync(file) && statSync(file).isDirectory()) throw new Error('it is a folder')
  } catch (cause) {
    throw notWritable(file, cause)
  }
}

function writeReport(file: string, report: string): void {
  try {
    writeFileSync(file, report)
  } catch (cause) {
    throw notWritable(file, cause)
  }
}

function notWritable(file: string, cause: unknown): MillraceError {
  return new MillraceError(
    'MILLRACE_CLI_FILE',
    file,
    `the report can't be written (${(cause as Error).message})`,
    'Name a file in a folder that is there and may be written to',
    { cause },
  )
}
