import { Command } from 'commander'
import { MillraceError } from '../errors.ts'
import { resetStream } from '../service/reset-stream.ts'
import { forgetInRedis } from './forget-in-redis.ts'
import { Project } from './project.ts'
import { requireStopped } from './require-stopped.ts'

/** `millrace reset <stream>` */
export function resetCommand(): Command {
  return new Command('reset')
    .summary('forget all that a stream has learned and published')
    .description(
      'Deletes what a stream has made: its journal, snapshots, predictions, signals, model events and dead letters, and what Redis holds of it. Its input topics stay, and the next start reads them from the beginning.',
    )
    .argument('<stream>', 'name of a stream')
    .option('--inputs', 'delete its input topics too')
    .option('--yes', 'really do it')
    .addHelpText(
      'after',
      `
Examples:
  millrace reset flight-delay --yes
  millrace reset flight-delay --inputs --yes`,
    )
    .action(async (name: string, options: { inputs?: boolean; yes?: boolean }, command: Command) => {
      const project = Project.of(command)
      const { terminal } = project
      const inputs = options.inputs ? (await project.stream(name)).graph.inputs.map(({ topic }) => topic) : []
      if (!options.yes) {
        const what = options.inputs ? 'everything of it, its inputs too' : 'everything it has learned and published'
        throw new MillraceError(
          'MILLRACE_CLI_USAGE',
          `reset of stream '${name}'`,
          `this deletes ${what}`,
          'Add --yes if that is what you want',
        )
      }
      const report = project.hasData
        ? await project.withPlatform(async (platform) => {
            await requireStopped(platform, name)
            return resetStream(platform, name, inputs)
          })
        : { topics: [], snapshots: 0 }
      await forgetInRedis(project.config, name, terminal)
      if (project.json) terminal.json({ stream: name, ...report })
      else if (report.topics.length === 0)
        terminal.line(`There was nothing of stream '${name}' in ${project.config.data}.`)
      else
        terminal.line(
          `Deleted ${report.topics.length} topics and ${report.snapshots} snapshots. The next start of '${name}' begins anew.`,
        )
    })
}
