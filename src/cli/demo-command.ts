import { Command, InvalidArgumentError } from 'commander'
import { durationMs } from '../stats/duration.ts'
import { resetStream } from '../service/reset-stream.ts'
import { forgetInRedis } from './forget-in-redis.ts'
import { formatCount } from './format.ts'
import { HistoryPlayer } from './history-player.ts'
import { loadHistory } from './load-history.ts'
import { countOption } from './count-option.ts'
import { Project } from './project.ts'
import { requireStopped } from './require-stopped.ts'
import { runStream } from './run-stream.ts'
import { typedCommand } from './typed-command.ts'

const STREAM = 'flight-delay'
const INTERRUPTED = 130

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
  const interrupted = (): void => {
    const next = options.again ? `To begin anew: ${again(name)}` : 'Starting again goes on where it was'
    terminal.note(`Stopped before it began to play. ${next}`)
    process.exit(INTERRUPTED)
  }
  process.on('SIGINT', interrupted)
  await project.withPlatform(async (platform) => {
    if (options.again) {
      await requireStopped(platform, name)
      if (!project.json) terminal.line('Forgetting what was played and learned before.')
      const inputs = loaded.graph.inputs.map(({ topic }) => topic)
      await resetStream(platform, name, inputs)
      await forgetInRedis(config, name, terminal)
    }
    const onKafka = config.log === 'kafka'
    const player = new HistoryPlayer({
      loaded,
      platform,
      history,
      transactionalId: onKafka ? `${config.application}.${name}.player` : undefined,
      speed: options.speed,
      limit: options.limit ?? Infinity,
      onTurn: ({ played }) => {
        if (project.json) return
        terminal.erase(terminal.output) // it is drawn again below
        terminal.line(opening(played, total, name, onKafka ? `Kafka (${config.brokers})` : config.data))
      },
    })
    const { runner, deadLetters } = await runStream(project, platform, loaded, {
      logLevel: 'error',
      recordTimeMs: () => {
        const arrivalMs = player.producer?.arrivalMs ?? Number.NaN
        return Number.isFinite(arrivalMs) ? arrivalMs : Date.now()
      },
      beside: async (runner, stop) => {
        process.off('SIGINT', interrupted) // from now on it stops cleanly
        if (!(await player.play(runner, stop))) return 'go on'
        const played = player.producer?.played ?? 0
        if (options.once) {
          await caughtUp(() => player.lag(runner), stop)
          return 'stop'
        }
        if (project.json || player.wasEnded) return 'go on'
        terminal.keep()
        terminal.line(
          `The history has ended after ${formatCount(played)} records; the stream goes on serving. To play it again: ${again(name)}`,
        )
        return 'go on'
      },
    })
    const { rows, predictions, figures } = runner.current
    if (project.json)
      return terminal.json({
        stream: name,
        played: player.producer?.played ?? 0,
        rows,
        predictions,
        deadLetters: deadLetters.count,
        commit: figures?.commit,
      })
    const where =
      player.producer === undefined
        ? 'while another process has the task'
        : `after ${formatCount(player.producer.played)} records`
    terminal.line(`Stopped cleanly ${where}. Starting again goes on from here.`)
    const letters = await deadLetters.text()
    if (letters !== undefined) terminal.line(`${letters}.`)
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
