import { Command } from 'commander'
import { MillraceError } from '../errors.ts'
import { LearningState } from '../operators/learning-state.ts'
import { rebuildablePaths } from '../operators/rebuildable-paths.ts'
import { foreignTail } from '../task/foreign-tail.ts'
import { Journal } from '../task/journal.ts'
import { loadSnapshot } from '../task/load-snapshot.ts'
import { partList, partName, partWords } from './part-words.ts'
import { Project } from './project.ts'
import { typedCommand } from './typed-command.ts'
import { unreadableInputs } from './unreadable-inputs.ts'

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
        async ({ log, blobs, registry }) => {
          const there = (await log.topics()).some((topic) => topic.name === `${name}.journal`)
          const last = there ? await new Journal(log, name, 0).last() : undefined
          if (last === undefined)
            throw new MillraceError(
              'MILLRACE_CLI_NOTHING',
              `stream '${name}'`,
              'it has never run on this data directory, so there is nothing to keep',
              `Start it with ${typedCommand(`run ${name}`)}`,
            )
          const journal = new Journal(log, name, 0)
          const [snapshot] = last.snapshots
          const later = (await journal.read(snapshot?.journalOffset ?? (await journal.bounds()).start)).filter(
            ({ seq }) => seq > (snapshot?.seq ?? -1),
          )
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
            isOtherLabel: report !== undefined && learning.models.hasOtherLabel,
            dropped: (report?.dropped ?? []).filter((path) => !path.startsWith('task.')),
            unreplayed: foreignTail(later, loaded.code).length, // what `run` refuses to start over
            unreadable: await unreadableInputs(loaded, { log, registry }),
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
      const carried = Object.keys(plan.carried)
      for (const [what, paths] of [
        ['begins anew', plan.reset],
        ['rebuilds', plan.rebuilt],
        ['carries over', carried],
        ['drops', plan.dropped],
      ] as const) {
        const { items, internal } = partWords(paths)
        const line = (text: string): void => terminal.line(`${what.padEnd(14)}${text}`)
        for (const item of items) {
          const how = carried === paths ? paths.find((path) => partName(path) === item) : undefined
          line(how === undefined || plan.carried[how] === '' ? item : `${item}: ${plan.carried[how]}`)
        }
        if (internal > 0) line(partList({ items: [], internal }))
      }
      const same = plan.kept.filter((path) => !carried.includes(path))
      if (same.length > 0) terminal.line(`${'keeps'.padEnd(14)}${partList(partWords(same))}`)
      if (plan.isOtherLabel)
        terminal.line('The label means something else: what was learned, counted and kept of it begins anew.')
      for (const wrong of plan.unreadable) terminal.line(wrong)
      if (plan.unreplayed > 0) {
        terminal.line(
          `${plan.unreplayed === 1 ? '1 transaction lies' : `${plan.unreplayed} transactions lie`} after the newest snapshot: the old code must drain what they hold first (${typedCommand(`run ${name} --drain`)}), or --fork computes it anew.`,
        )
      }
    })
}
