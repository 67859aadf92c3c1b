import { Command } from 'commander'
import { MillraceError } from '../errors.ts'
import { LearningState } from '../operators/learning-state.ts'
import { rebuildablePaths } from '../operators/rebuildable-paths.ts'
import { Journal } from '../task/journal.ts'
import { loadSnapshot } from '../task/load-snapshot.ts'
import { Project } from './project.ts'
import { typedCommand } from './typed-command.ts'

/** `millrace plan <stream>` */
export function planCommand(): Command {
  return new Command('plan')
    .summary('say what of its state a changed stream would keep')
    .description(
      'Compares a stream as it is written now with its newest snapshot: which state the next start keeps, and which begins anew. Changes nothing; also while the stream runs.',
    )
    .argument('<stream>', 'name of a file in the streams folder')
    .option('--rebuild', 'say also what `run --rebuild` would make anew from the log')
    .addHelpText(
      'after',
      `
Examples:
  millrace plan flight-delay
  millrace plan flight-delay --rebuild
  millrace plan flight-delay --json`,
    )
    .action(async (name: string, options: { rebuild?: boolean }, command: Command) => {
      const project = Project.of(command)
      const { terminal } = project
      const loaded = await project.stream(name)
      const plan = await project.withPlatform(
        async ({ log, blobs }) => {
          const there = (await log.topics()).some((topic) => topic.name === `${name}.journal`)
          const last = there ? await new Journal(log, name, 0).last() : undefined
          if (last === undefined)
            throw new MillraceError(
              'MILLRACE_CLI_NOTHING',
              `stream '${name}'`,
              'it has never run on this data directory, so there is nothing to keep',
              `Start it with ${typedCommand(`run ${name}`)}`,
            )
          const [snapshot] = last.snapshots
          const learning = new LearningState(loaded.graph)
          const parts = learning.parts()
          const report = snapshot === undefined ? undefined : await loadSnapshot(blobs, snapshot, parts)
          const reset = report?.reset ?? parts.map(({ path }) => path)
          const rebuilt = options.rebuild && report !== undefined ? rebuildablePaths(learning, reset) : []
          return {
            stream: name,
            changed: last.code !== loaded.code,
            kept: report?.kept ?? [],
            carried: report?.carried ?? {},
            rebuilt,
            reset: reset.filter((path) => !rebuilt.includes(path)),
            dropped: (report?.dropped ?? []).filter((path) => !path.startsWith('task.')),
            unreplayed: last.code === loaded.code ? 0 : last.seq - 1 - (snapshot?.seq ?? -1),
          }
        },
        { readOnly: true },
      )
      if (project.json) return terminal.json(plan)
      terminal.line(
        plan.changed
          ? `The code of '${name}' has changed since its last transaction.`
          : `The code of '${name}' is that of its last transaction.`,
      )
      const kept = plan.kept.map((path) =>
        path in plan.carried ? `${path} (carried over: ${plan.carried[path]})` : path,
      )
      for (const [what, paths] of [
        ['keeps', kept],
        ['rebuilds', plan.rebuilt],
        ['begins anew', plan.reset],
        ['is dropped', plan.dropped],
      ] as const) {
        if (paths.length > 0) terminal.line(`${what.padEnd(12)}${paths.join(', ')}`)
      }
      if (plan.unreplayed > 0) {
        terminal.line(
          `${plan.unreplayed} transactions lie after the newest snapshot: the old code must drain them first (${typedCommand(`run ${name} --drain`)}), or --fork computes them anew.`,
        )
      }
    })
}
