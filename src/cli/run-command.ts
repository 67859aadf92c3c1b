import { Command, Option } from 'commander'
import { filter, firstValueFrom } from 'rxjs'
import { MillraceError } from '../errors.ts'
import type { EmbeddedPlatform } from '../service/embedded-platform.ts'
import type { LoadedStream } from '../service/load-stream.ts'
import type { StreamRunner } from '../service/stream-runner.ts'
import { Journal } from '../task/journal.ts'
import { rebuildTime } from '../task/rebuild-time.ts'
import { Project } from './project.ts'
import { runStream } from './run-stream.ts'
import { typedCommand } from './typed-command.ts'

const LOOK_MS = 50
const LOOKS_PAUSED = 40 // two seconds, in which a command to resume would have been taken

interface RunOptions {
  readonly drain?: boolean
  readonly fork?: boolean
  readonly rebuild?: string
  readonly untilCaughtUp?: boolean
}

/** `millrace run <stream>` */
export function runCommand(): Command {
  return new Command('run')
    .summary('run a stream on its topics')
    .description(
      'Runs a stream on the topics of the data directory: predicts, learns, publishes, until it is stopped by Ctrl-C or SIGTERM. Starting again goes on where it was, exactly.',
    )
    .argument('<stream>', 'name of a file in the streams folder')
    .option('--until-caught-up', 'stop cleanly when all that the topics hold has been taken')
    .option('--drain', 'only make durable what an earlier run left open, then stop: before the stream is changed')
    .option(
      '--fork',
      'accept that the stream was changed after a crash: state is as of the last snapshot, and what came after is computed anew',
    )
    .addOption(
      new Option(
        '--rebuild <from>',
        "at the first start after a change, make what is new or different from the log since <from> instead of beginning empty: a duration back such as '30d', a date, or 'beginning'; does nothing where nothing has changed, and is refused where the change was taken without it",
      ).conflicts(['fork', 'drain']),
    )
    .option('--port <number>', 'of the API (default: 8080); 0 takes any free one')
    .option('--host <address>', 'of the API (default: 127.0.0.1)')
    .addHelpText(
      'after',
      `
Examples:
  millrace run flight-delay
  millrace run flight-delay --until-caught-up
  millrace run flight-delay --drain
  millrace run flight-delay --rebuild 30d`,
    )
    .action(async (name: string, options: RunOptions, command: Command) => {
      const project = Project.of(command)
      const loaded = await project.stream(name)
      if (options.rebuild !== undefined) rebuildTime(options.rebuild, 0, name) // before a data directory is made
      await project.withPlatform(async (platform) => {
        if (options.rebuild !== undefined && (await isUnchanged(loaded, platform)))
          project.terminal.note(`Nothing to rebuild: '${name}' has not changed since its last transaction.`)
        await noteNewTopics(project, loaded, platform)
        const { runner, deadLetters } = await runStream(project, platform, loaded, {
          fork: options.fork,
          rebuild: options.rebuild,
          beside: besideOf(name, options, platform),
        })
        const { rows, predictions, figures } = runner.current
        if (project.json)
          project.terminal.json({
            stream: name,
            rows,
            predictions,
            deadLetters: deadLetters.count,
            commit: figures?.commit,
          })
        else {
          const here = `${rows} events and ${predictions} predictions in this run`
          const where =
            figures === undefined ? 'while another process has the task' : `after transaction ${figures.commit.seq}`
          project.terminal.line(`Stopped cleanly ${where}: ${here}.`)
          const letters = await deadLetters.text()
          if (letters !== undefined) project.terminal.line(`${letters}.`)
        }
      })
    })
}

/** An input whose topic this start makes has nothing to be read: that it is quiet would else look like a fault. */
async function noteNewTopics(
  project: Project,
  { name, graph }: LoadedStream,
  { log }: EmbeddedPlatform,
): Promise<void> {
  const there = new Set((await log.topics()).map((topic) => topic.name))
  for (const input of graph.inputs) {
    if (there.has(input.topic)) continue
    const fill = `${typedCommand(`produce ${input.topic} --from <file>`)}`
    const when = project.config.log === 'kafka' ? '' : ' while the stream does not run'
    project.terminal.note(
      `Topic ${input.topic} of '${name}' is new and empty. Fill it with \`${fill}\`${when}, or with POST /streams/${name}/inputs/${input.name}/records of its API.`,
    )
  }
}

async function isUnchanged({ name, code }: LoadedStream, { log }: EmbeddedPlatform): Promise<boolean> {
  const isThere = (await log.topics()).some((topic) => topic.name === `${name}.journal`)
  return isThere && (await new Journal(log, name, 0).last())?.code === code
}

function besideOf(stream: string, options: RunOptions, platform: EmbeddedPlatform) {
  if (!options.drain && !options.untilCaughtUp) return undefined
  return async (runner: StreamRunner, stop: AbortSignal): Promise<'stop'> => {
    const reached = runner.status.pipe(filter(({ phase }) => phase === 'running'))
    await firstValueFrom(reached, { defaultValue: undefined })
    if (options.untilCaughtUp)
      for (let paused = 0; !stop.aborted && !(await isCaughtUp(runner, platform)); ) {
        paused = runner.figures()?.progress.isPaused ? paused + 1 : 0
        if (paused === LOOKS_PAUSED) throw pausedError(stream)
        await new Promise((resolve) => setTimeout(resolve, LOOK_MS))
      }
    return 'stop'
  }
}

function pausedError(stream: string): MillraceError {
  return new MillraceError(
    'MILLRACE_CLI_PAUSED',
    `run of stream '${stream}'`,
    'it is paused, and records wait to be read: it would never catch up',
    `Let it go on with ${typedCommand(`resume ${stream}`)}, then run it again`,
  )
}

async function isCaughtUp(runner: StreamRunner, { log }: EmbeddedPlatform): Promise<boolean> {
  const commit = runner.figures()?.commit
  if (commit === undefined) return false
  for (let i = 0; i < commit.partitions.length; i++) {
    const [, topic, partition] = /^(.*)\/(\d+)$/.exec(commit.partitions[i]) as RegExpExecArray
    const { readableEnd } = await log.bounds({ topic, partition: Number(partition) })
    if (commit.positions[i] < readableEnd) return false
  }
  return true
}
