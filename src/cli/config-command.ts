import { Command } from 'commander'
import type { Config } from '../config/config-schema.ts'
import { shownConfig } from '../config/shown-config.ts'
import { Project } from './project.ts'
import { textTable } from './text-table.ts'

/** `millrace config` */
export function configCommand(): Command {
  return new Command('config')
    .summary('print the configuration and where each value comes from')
    .description(
      'Prints every key of the configuration with its value and where that comes from: a flag, the environment, the file or the default. Secrets are hidden.',
    )
    .addHelpText(
      'after',
      `
Examples:
  millrace config
  MILLRACE_PORT=9000 millrace config --json`,
    )
    .action((_options: object, command: Command) => {
      const { terminal, config, origins, json } = Project.of(command)
      const shown = shownConfig(config)
      if (json) return terminal.json(shown)
      const rows = Object.entries(shown).map(([key, value]) => [key, String(value), origins[key as keyof Config]])
      for (const line of textTable([['key', 'value', 'from'], ...rows], [0, 1, 2])) terminal.line(line)
    })
}
