import type { Command } from 'commander'

/** The commands below a command that do something themselves, each with its words, such as 'dead-letters list'. */
export function leafCommands(
  program: Command,
  above: readonly string[] = [],
): { readonly path: string; readonly command: Command }[] {
  return program.commands.flatMap((command) => {
    const path = [...above, command.name()]
    return command.commands.length > 0 ? leafCommands(command, path) : [{ path: path.join(' '), command }]
  })
}
