import { isDeepStrictEqual } from 'node:util'
import { Command } from 'commander'
import { historyRecords } from '../backtest/history-records.ts'
import { limitHistory } from '../backtest/limit-history.ts'
import { MillraceError } from '../errors.ts'
import { simulate, type SimulateOptions, type SimulationResult } from '../testing/simulate.ts'
import { countOption } from './count-option.ts'
import { formatCount } from './format.ts'
import { historyOption } from './history-option.ts'
import { historyError, loadHistory } from './load-history.ts'
import { Project } from './project.ts'

const outputs = ['predictions', 'signals', 'models', 'deadLetters'] as const
/** The same records in other batches, at another time, with restarts: whatever differs does not follow from the records. */
const otherwise: SimulateOptions = { batchRows: 7, seed: 1, nowMs: Date.UTC(2033, 4, 18), crashAfter: [2, 5, 11] }

/** `millrace check <stream>` */
export function checkCommand(): Command {
  return new Command('check')
    .summary('prove that what a stream publishes follows from its records alone')
    .description(
      'Runs a stream over the beginning of its history twice, with other batches, another clock and restarts between, and compares every output and the state. Finds clocks, random numbers and state of its own in arrows.',
    )
    .argument('<stream>', 'name of a file in the streams folder')
    .option('--limit <records>', 'how many records of the history', countOption, 5000)
    .addOption(historyOption())
    .addHelpText(
      'after',
      `
Examples:
  millrace check flight-delay
  millrace check flight-delay --limit 50000
  millrace check prices --from prices-2026.csv`,
    )
    .action(async (name: string, options: { limit: number; from?: readonly string[] }, command: Command) => {
      const project = Project.of(command)
      const loaded = await project.stream(name)
      const records: Record<string, object[]> = Object.fromEntries(loaded.graph.inputs.map((input) => [input.name, []]))
      let count = 0
      const note = (text: string): void => project.terminal.note(text)
      const history = await loadHistory(loaded, options.from, { note, usableOnly: true })
      try {
        for await (const { input, record } of historyRecords(limitHistory(history.read(), options.limit))) {
          records[input].push(record)
          count++
        }
      } catch (error) {
        throw historyError(options.from === undefined ? loaded.historyFile : undefined, error)
      }
      const { schemas } = project.config
      const once = await simulate(loaded.stream, records as never, { schemas })
      const again = await simulate(loaded.stream, records as never, { ...otherwise, schemas } as never).catch(
        (error: unknown) => {
          if (error instanceof MillraceError && error.code === 'MILLRACE_TASK_DIVERGED')
            throw failed(name, count, 'what it publishes when it is replayed after a restart', error)
          throw error
        },
      )
      const different = differences(once, again)
      if (different.length > 0) throw failed(name, count, different.join(', '))
      const { terminal } = project
      if (project.json)
        terminal.json({
          stream: name,
          records: count,
          predictions: once.predictions.length,
          restarts: again.starts - 1,
          same: true,
        })
      else
        terminal.line(
          `'${name}' published the same ${formatCount(once.predictions.length)} predictions over ${formatCount(count)} records twice, the second time in other batches, at another time and with ${again.starts - 1} restarts.`,
        )
    })
}

function failed(name: string, count: number, what: string, cause?: unknown): MillraceError {
  return new MillraceError(
    'MILLRACE_CLI_CHECK',
    `stream '${name}'`,
    `run twice over ${formatCount(count)} records, it differs in ${what}`,
    'Look for a clock, random numbers, state outside of fold or a changing input in its arrows',
    { cause },
  )
}

function differences(once: SimulationResult, again: SimulationResult): string[] {
  const found: string[] = []
  for (const name of outputs) {
    const at = once[name].findIndex((record, i) => !isDeepStrictEqual(record, again[name][i]))
    if (at >= 0) found.push(`${name} (from number ${at} on)`)
    else if (once[name].length !== again[name].length) found.push(`the number of ${name}`)
  }
  const parts = Object.keys(once.state.parts).filter((path) => once.state.parts[path] !== again.state.parts[path])
  return [...found, ...parts.map((path) => `the state of ${path}`)]
}
