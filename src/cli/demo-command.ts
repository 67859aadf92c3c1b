import { Command, InvalidArgumentError } from 'commander'
import { durationMs } from '../stats/duration.ts'
import { resetStream } from '../service/reset-stream.ts'
import { formatCount } from './format.ts'
import { HistoryProducer } from './history-producer.ts'
import { historyError, loadHistory } from './load-history.ts'
import { countOption } from './count-option.ts'
import { Project } from './project.ts'
import { runStream } from './run-stream.ts'
import { typedCommand } from './typed-command.ts'

const STREAM = 'flight-delay'

/** `millrace demo` */
export function demoCommand(): Command {
  return new Command('demo')
    .summary('play real flights and watch a model learn from them')
    .description(
      "Plays a stream's history into its topics by the clock, runs the stream on them, and shows how it is doing. Ctrl-C stops; starting again goes on where it was.",
    )
    .argument('[stream]', 'a stream with a history', STREAM)
    .option(
      '--speed <duration>',
      "history played in a second: a duration such as '1d', or 'max'",
      speedOption,
      speedOption('1d'),
    )
    .option('--limit <records>', 'end the history after so many records', countOption)
    .option('--again', 'forget what was played and learned before, and begin anew')
    .option('--once', 'stop at the end of the history instead of serving on')
    .option('--port <number>', 'of the API (default: 8080); 0 takes any free one')
    .option('--host <address>', 'of the API (default: 127.0.0.1)')
    .addHelpText(
      'after',
      `
Examples:
  millrace demo
  millrace demo --speed 6h
  millrace demo --speed max --limit 500000 --again`,
    )
    .action(demo)
}

interface DemoOptions {
  readonly speed: number
  readonly limit?: number
  readonly again?: boolean
  readonly once?: boolean
}

async function demo(name: string, options: DemoOptions, command: Command): Promise<void> {
  const project = Project.of(command)
  const { terminal, config } = project
  const loaded = await project.stream(name)
  const history = await loadHistory(loaded)
  const total = Math.min(options.limit ?? Infinity, history.total ?? Infinity)
  await project.withPlatform(async (platform) => {
    if (options.again)
      await resetStream(
        platform,
        name,
        loaded.graph.inputs.map(({ topic }) => topic),
      )
    const producer = await HistoryProducer.open(loaded, platform)
    if (!project.json)
      terminal.line(
        opening(producer.played, total, name, config.log === 'kafka' ? `Kafka (${config.brokers})` : config.data),
      )
    const runner = await runStream(project, platform, loaded, {
      logLevel: 'error',
      recordTimeMs: () => (Number.isFinite(producer.arrivalMs) ? producer.arrivalMs : Date.now()),
      beside: async (runner, stop) => {
        const lag = (): number =>
          producer.played -
          (runner.current.figures?.commit.positions.reduce((sum, offset) => sum + offset, 0) ?? -Infinity)
        const limit = options.limit ?? Infinity
        const records = history.read(producer.arrivalMs)
        try {
          const ended =
            producer.played >= total || (await producer.play(records, { speed: options.speed, limit, lag, stop }))
          if (!ended) return 'go on'
        } catch (error) {
          throw historyError(loaded.historyFile, error)
        }
        if (options.once) {
          await caughtUp(lag, stop)
          return 'stop'
        }
        terminal.keep()
        if (project.json) return 'go on'
        terminal.line(
          `The history has ended after ${formatCount(producer.played)} records; the stream goes on serving. To play it again: ${again(name)}`,
        )
        return 'go on'
      },
    })
    const { rows, predictions, figures } = runner.current
    if (project.json)
      return terminal.json({ stream: name, played: producer.played, rows, predictions, commit: figures?.commit })
    terminal.line(`Stopped cleanly after ${formatCount(producer.played)} records. Starting again goes on from here.`)
  })
}

function opening(played: number, total: number, name: string, data: string): string {
  if (played === 0)
    return `Playing the history of ${name} into ${data}. Ctrl-C stops; starting again goes on where it was.`
  if (played >= total)
    return `The history of ${name} has been played, ${formatCount(played)} records; the stream goes on serving. To play it again: ${again(name)}`
  return `Going on with the history of ${name} after ${formatCount(played)} records. Ctrl-C stops.`
}

function again(name: string): string {
  if (process.env.npm_lifecycle_event === 'start' && name === STREAM) return 'npm start -- --again'
  return typedCommand(`demo ${name === STREAM ? '' : `${name} `}--again`)
}

async function caughtUp(lag: () => number, stop: AbortSignal): Promise<void> {
  while (lag() > 0 && !stop.aborted) await new Promise((resolve) => setTimeout(resolve, 50))
}

/** History played in a second, as milliseconds of history for each that passes. */
function speedOption(text: string): number {
  if (text === 'max') return Infinity
  try {
    return durationMs(text, '--speed') / 1000
  } catch {
    throw new InvalidArgumentError("Give a duration such as '1d' or '6h', or 'max'.")
  }
}
