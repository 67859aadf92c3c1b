import { Command } from 'commander'
import { countOption } from './count-option.ts'
import { type ModelVersion, modelVersions } from './model-versions.ts'
import { exportModelCommand } from './export-model-command.ts'
import { Project } from './project.ts'
import { showModelCommand } from './show-model-command.ts'
import { textTable } from './text-table.ts'
import { typedCommand } from './typed-command.ts'
import { untoldChange } from './untold-change.ts'

/** `millrace models list|steps|export|show` */
export function modelsCommand(): Command {
  const list = new Command('list')
    .summary('list the versions of a stream, with what each came from')
    .description(
      'Lists the versions of a stream: what role each has or how it left, what it came from, since when, and how it did. While the stream runs its API is asked; without it, as of the newest snapshot.',
    )
    .argument('<stream>', 'name of a stream')
    .addHelpText('after', '\nExamples:\n  millrace models flight-delay\n  millrace models flight-delay --json')
    .action(listVersions)
  const steps = new Command('steps')
    .summary('list what happened to the models of a stream')
    .description(
      'Lists what happened to the models of a stream: trained, challenger, promoted, rolled back, with the reasons. Also while it runs.',
    )
    .argument('<stream>', 'name of a stream')
    .option('-n, --last <steps>', 'how many', countOption, 50)
    .addHelpText(
      'after',
      '\nExamples:\n  millrace models steps flight-delay\n  millrace models steps flight-delay -n 5 --json',
    )
    .action(listSteps)
  return new Command('models')
    .summary('list, show and export the models of a stream')
    .description(
      'Lists the versions of the models of a stream, tells their lives, and writes them to files that `openModel` reads. `millrace models <stream>` is short for `millrace models list <stream>`.',
    )
    .addCommand(list, { isDefault: true })
    .addCommand(steps)
    .addCommand(exportModelCommand())
    .addCommand(showModelCommand())
}

async function listVersions(stream: string, _options: object, command: Command): Promise<void> {
  const project = Project.of(command)
  const { terminal } = project
  const { versions, snapshot, later } = await project.withPlatform(
    (platform) => modelVersions(platform, stream, project.config),
    { readOnly: true },
  )
  if (later > 0) project.terminal.note(staleText(stream, snapshot?.seq, later, project))
  if (project.json) return terminal.json({ stream, versions, laterSteps: later })
  const rows = versions.map((version) => [
    version.version,
    version.role.replace('_', ' '),
    version.parent ?? '-',
    sinceText(version),
    figures(version),
    version.reason,
  ])
  const header = ['version', 'role', 'parent', 'since', 'loss', 'why']
  for (const line of textTable([header, ...rows], [0, 1, 2, 3, 4, 5])) terminal.line(line)
}

/** Why what is listed is not all that happened. */
function staleText(stream: string, seq: number | undefined, later: number, { config }: Project): string {
  const asOf = seq === undefined ? 'There is no snapshot yet' : `This is as of transaction ${seq}`
  const steps = later === 1 ? '1 later step is' : `${later} later steps are`
  return `${asOf}, for no API of '${stream}' answers at ${config.host}:${config.port} (MILLRACE_PORT): ${steps} in ${typedCommand(`models steps ${stream}`)}.`
}

async function listSteps(stream: string, options: { last: number }, command: Command): Promise<void> {
  const project = Project.of(command)
  const { terminal } = project
  const { events: all, untold } = await project.withPlatform(
    async (platform) => ({
      events: (await modelVersions(platform, stream, project.config)).events,
      untold: await untoldChange(platform.log, stream),
    }),
    { readOnly: true },
  )
  const events = all.slice(-options.last)
  if (project.json) return terminal.json(events)
  if (untold !== undefined) terminal.note(untold)
  if (events.length === 0 && untold !== undefined) return
  if (events.length === 0)
    return terminal.line(`Nothing has happened to the models of '${stream}' yet: the first one serves.`)
  const rows = events.map(({ eventTime, kind, modelVersion, parent, reason }) => [
    minuteOf(eventTime),
    kind.replace('_', ' '),
    modelVersion,
    parent ?? '-',
    reason,
  ])
  for (const line of textTable([['time', 'step', 'version', 'parent', 'reason'], ...rows], [0, 1, 2, 3, 4]))
    terminal.line(line)
}

/** How a version did: in its walk-forward validation beside the prior, or against the champion. */
function figures({ numbers }: ModelVersion): string {
  const { validationLoss, priorLoss, meanDifference } = numbers
  if (meanDifference !== undefined) return `${(-meanDifference).toFixed(4)} beside the champion`
  if (validationLoss === undefined) return ''
  return `${validationLoss.toFixed(4)} (prior ${(priorLoss ?? Number.NaN).toFixed(4)})`
}

function sinceText({ since, parent }: ModelVersion): string {
  if (since !== null) return minuteOf(since)
  return parent === null ? 'the beginning' : '-'
}

function minuteOf(time: number): string {
  return new Date(time).toISOString().slice(0, 16)
}
