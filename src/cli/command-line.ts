import { Command } from 'commander'
import { millraceVersion } from '../service/millrace-version.ts'
import { backtestCommand } from './backtest-command.ts'
import { controlCommands } from './control-commands.ts'
import { deadLettersCommand } from './dead-letters-command.ts'
import { doctorCommand } from './doctor-command.ts'
import { inspectCommand } from './inspect-command.ts'
import { modelsCommand } from './models-command.ts'
import { planCommand } from './plan-command.ts'
import { demoCommand } from './demo-command.ts'
import { checkCommand } from './check-command.ts'
import { configCommand } from './config-command.ts'
import { newCommand } from './new/new-command.ts'
import { produceCommand } from './produce-command.ts'
import { runCommand } from './run-command.ts'
import { tailCommand } from './tail-command.ts'
import { topicsCommand } from './topics-command.ts'
import { typesCommand } from './types-command.ts'
import { resetCommand } from './reset-command.ts'

/** The command line: `millrace` with all its commands. Its `parseAsync` rejects with what a command throws. */
export function commandLine(): Command {
  const program = new Command('millrace')
    .description(
      'Streaming online learning: windows, models that learn from every event, drift, retraining, exactly once.',
    )
    .version(millraceVersion, '-V, --version', 'print the version')
    .option('--config <file>', 'configuration file (default: millrace.config.json)')
    .option('--data <directory>', 'data directory (default: ./.millrace, or MILLRACE_DATA)')
    .option('--json', 'print results as JSON')
    .option('--verbose', 'print the log, and the stack of an error')
    .configureHelp({ showGlobalOptions: true, sortSubcommands: false })
    .showHelpAfterError('(run with --help for the options and examples)')
    .exitOverride()

  for (const command of [
    demoCommand(),
    runCommand(),
    backtestCommand(),
    newCommand(),
    checkCommand(),
    typesCommand(),
    produceCommand(),
    inspectCommand(),
    tailCommand(),
    topicsCommand(),
    deadLettersCommand(),
    modelsCommand(),
    ...controlCommands(),
    planCommand(),
    resetCommand(),
    configCommand(),
    doctorCommand(),
  ])
    program.addCommand(inheriting(command, program))
  return program
}

/** Settings go to subcommands too. */
function inheriting(command: Command, parent: Command): Command {
  command.copyInheritedSettings(parent)
  for (const child of command.commands) inheriting(child, command)
  return command
}
