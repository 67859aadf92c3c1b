import { Command } from 'commander'
import { checkCommand } from '../api/check-command.ts'
import { CommandWriter } from '../api/command-writer.ts'
import type { StreamCommand } from '../api/stream-view.ts'
import { publishedSchemas } from '../codec/published-schemas.ts'
import { MillraceError } from '../errors.ts'
import { neverRun } from './never-run.ts'
import { Project } from './project.ts'
import { stoppedModels } from './stopped-models.ts'
import { typedCommand } from './typed-command.ts'

interface Control {
  readonly name: string
  readonly command: StreamCommand['command']
  readonly does: string
  readonly takesVersion?: boolean
}

const controls: readonly Control[] = [
  { name: 'promote', command: 'promote', does: 'let a model version serve', takesVersion: true },
  { name: 'rollback', command: 'roll_back', does: 'let the model before serve again' },
  { name: 'retrain', command: 'retrain', does: 'train a challenger now' },
  { name: 'pause', command: 'pause', does: 'stop predicting and learning until it is resumed' },
  { name: 'resume', command: 'resume', does: 'go on after a pause' },
]

/** `millrace promote|rollback|retrain|pause|resume <stream>`: through the API where the stream runs, else into its control topic, for when it starts. */
export function controlCommands(): Command[] {
  return controls.map((control) => {
    const { name, does, takesVersion } = control
    const command = new Command(name).summary(does).argument('<stream>', 'name of a stream')
    if (takesVersion) command.argument('<version>', 'such as v0.0-c1; see millrace models')
    return command
      .option('--reason <text>', 'for the people who read the model events')
      .addHelpText(
        'after',
        `\nExamples:\n  millrace ${name} flight-delay${takesVersion ? ' v0.0-c1' : ''} --reason 'seen on the dashboard'`,
      )
      .action((...values: unknown[]) => {
        const cli = values.at(-1) as Command
        const { reason } = values.at(-2) as { reason?: string }
        const [stream, modelVersion] = values as [string, string | object]
        return send(Project.of(cli), stream, {
          command: control.command,
          reason,
          sender: 'cli',
          ...(takesVersion ? { modelVersion: modelVersion as string } : {}),
        })
      })
  })
}

async function send(project: Project, stream: string, command: StreamCommand): Promise<void> {
  const { terminal, json } = project
  const { graph } = await project.stream(stream)
  if (!project.hasData) throw neverRun(stream, [], project.config.streams)
  const { id, by } = await project
    .withPlatform(async ({ log, blobs, registry }) => {
      const topics = (await log.topics()).map(({ name }) => name)
      if (!topics.includes(`${stream}.journal`)) throw neverRun(stream, topics, project.config.streams)
      checkCommand(command, graph, await stoppedModels({ log, blobs }, stream))
      const schemas = await publishedSchemas()
      const writer = new CommandWriter(stream, schemas['control-command'], log, registry)
      return { id: await writer.write(command, Date.now()), by: 'topic' }
    })
    .catch((error: unknown) => {
      if (error instanceof MillraceError && error.code === 'MILLRACE_LOG_IN_USE')
        return post(project, stream, command, error)
      throw error
    })
  if (json) terminal.json({ id, by })
  else if (by === 'api')
    terminal.line(
      command.command === 'pause' || command.command === 'resume'
        ? 'The stream has taken the command.'
        : `The stream has taken the command; what came of it: ${typedCommand(`models ${stream}`)}`,
    )
  else terminal.line('The command is written; the stream takes it when it starts.')
}

/** Gives the command to the process that uses the data directory. */
async function post(
  { config }: Project,
  stream: string,
  command: StreamCommand,
  inUse: MillraceError,
): Promise<{ id: string; by: string }> {
  const address = `http://${config.host}:${config.port}`
  let response: Response
  try {
    response = await fetch(`${address}/streams/${encodeURIComponent(stream)}/commands`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(command),
    })
  } catch (cause) {
    const remedy = 'Give the port of its API (MILLRACE_PORT), or stop it'
    throw new MillraceError(
      'MILLRACE_CLI_API',
      `data directory ${config.data}`,
      `a process uses it, and no API answers at ${address}`,
      remedy,
      { cause: cause ?? inUse },
    )
  }
  const answer = (await response.json().catch(() => ({}))) as { id?: string; detail?: string }
  if (response.ok && answer.id !== undefined) return { id: answer.id, by: 'api' }
  const [, wrong, remedy] = /^(.+?)\. (.+)\.$/s.exec(answer.detail ?? '') ?? []
  throw new MillraceError(
    'MILLRACE_CLI_API',
    `API at ${address}`,
    `it refused the command (${wrong ?? answer.detail ?? `status ${response.status}`})`,
    remedy ?? `See with ${typedCommand('doctor')} whether it is the API of this stream`,
  )
}
