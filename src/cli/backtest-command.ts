import { Command } from 'commander'
import { backtest, type BacktestResult } from '../backtest/backtest.ts'
import { inlineTrainer } from '../lifecycle/inline-trainer.ts'
import { backtestJson } from './backtest-json.ts'
import { backtestLines } from './backtest-lines.ts'
import { historyError, limitHistory, loadHistory } from './load-history.ts'
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
    .addHelpText(
      'after',
      `
Examples:
  millrace backtest flight-delay
  millrace backtest flight-delay --limit 200000 --json
  millrace backtest flight-delay --json > flight-delay.json`,
    )
    .action((name: string, options: BacktestCommandOptions, command: Command) =>
      runBacktest(Project.of(command), name, options),
    )
}

export interface BacktestCommandOptions {
  readonly limit?: number
}

/** Runs a stream over its history and prints what came of it. */
export async function runBacktest(project: Project, name: string, options: BacktestCommandOptions): Promise<void> {
  const { terminal } = project
  const loaded = await project.stream(name)
  const history = await loadHistory(loaded)
  const limit = options.limit ?? history.total
  const records = options.limit === undefined ? history.read() : limitHistory(history.read(), options.limit)
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
    throw historyError(loaded.historyFile, error)
  } finally {
    progress.end()
  }
  if (project.json) terminal.json(backtestJson(name, result))
  else for (const line of backtestLines(result, terminal, progress.elapsedMs)) terminal.line(line)
}
