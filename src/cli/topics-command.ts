import { Command } from 'commander'
import { formatCount, formatTime } from './format.ts'
import { Project } from './project.ts'
import { textTable } from './text-table.ts'

/** `millrace topics` */
export function topicsCommand(): Command {
  return new Command('topics')
    .summary('list the topics of the data directory')
    .description('Lists the topics of the data directory with their partitions and records; also while a stream runs.')
    .addHelpText(
      'after',
      `
Examples:
  millrace topics
  millrace topics --json`,
    )
    .action(async (_options: object, command: Command) => {
      const project = Project.of(command)
      const topics = await project.withPlatform(
        async ({ log }) =>
          Promise.all(
            (await log.topics()).map(async ({ name, partitions, retentionMs }) => {
              const bounds = await Promise.all(
                Array.from({ length: partitions }, (_, partition) => log.bounds({ topic: name, partition })),
              )
              const records = bounds.reduce((sum, { start, readableEnd }) => sum + readableEnd - start, 0)
              return { name, partitions, records, retentionMs: retentionMs ?? null, bounds }
            }),
          ),
        { readOnly: true },
      )
      const { terminal } = project
      if (project.json) return terminal.json(topics)
      if (topics.length === 0) return terminal.line('There are no topics yet.')
      const rows = topics.map(({ name, partitions, records, retentionMs }) => [
        name,
        formatCount(partitions),
        formatCount(records),
        retentionMs === null ? 'for ever' : formatTime(retentionMs),
      ])
      for (const line of textTable([['topic', 'partitions', 'records', 'kept'], ...rows])) terminal.line(line)
    })
}
