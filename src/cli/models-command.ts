import { Command } from 'commander'
import { lastValueFrom, toArray } from 'rxjs'
import { countOption } from './count-option.ts'
import { Project } from './project.ts'
import { textTable } from './text-table.ts'
import { topicBounds, topicRecords } from './topic-records.ts'

/** A record of `<stream>.models`, as its schema says. */
interface ModelEventValue {
  readonly kind: string
  readonly modelVersion: string
  readonly parent: string | null
  readonly eventTime: number
  readonly algorithm: string
  readonly reason: string
  readonly numbers: Readonly<Record<string, number>>
}

/** `millrace models <stream>` */
export function modelsCommand(): Command {
  return new Command('models')
    .summary("list the steps in the lives of a stream's models")
    .description(
      'Lists what happened to the models of a stream: trained, challenger, promoted, rolled back, with the reasons. Also while it runs.',
    )
    .argument('<stream>', 'name of a stream')
    .option('-n, --last <steps>', 'how many', countOption, 50)
    .addHelpText(
      'after',
      `
Examples:
  millrace models flight-delay
  millrace models flight-delay --json`,
    )
    .action(async (stream: string, options: { last: number }, command: Command) => {
      const project = Project.of(command)
      const { terminal } = project
      const events = await project.withPlatform(
        async (platform) => {
          const from = (await topicBounds(platform.log, `${stream}.models`)).map((place) => ({
            ...place,
            offset: Math.max(place.start, place.readableEnd - options.last),
          }))
          const records = await lastValueFrom(topicRecords(platform, from).pipe(toArray()))
          return records.map(({ value }) => value as ModelEventValue)
        },
        { readOnly: true },
      )
      if (project.json) return terminal.json(events)
      if (events.length === 0)
        return terminal.line(`Nothing has happened to the models of '${stream}' yet: the first one serves.`)
      const rows = events.map(({ eventTime, kind, modelVersion, parent, reason }) => [
        new Date(eventTime).toISOString().slice(0, 16),
        kind.replace('_', ' '),
        modelVersion,
        parent ?? '-',
        reason,
      ])
      for (const line of textTable([['time', 'step', 'version', 'parent', 'reason'], ...rows], [0, 1, 2, 3, 4]))
        terminal.line(line)
    })
}
