import { Command } from 'commander'
import { millraceVersion } from '../service/millrace-version.ts'
import { backtestCommand } from './backtest-command.ts'
import { demoCommand } from './demo-command.ts'
import { configCommand } from './config-command.ts'
import { runCommand } from './run-command.ts'
import { tailCommand } from './tail-command.ts'
import { topicsCommand } from './topics-command.ts'
import { typesCommand } from './types-command.ts'
import { resetCommand } from './reset-command.ts'
import { reportError } from './report-error.ts'
import { Terminal } from './terminal.ts'

const program = new Command('millrace')
  .description(
    'Streaming online learning: windows, models that learn from every event, drift, retraining, exactly once.',
  )
  .version(millraceVersion, '-V, --version', 'print the version')
  .option('--config <file>', 'configuration file (default: millrace.config.json)')
  .option('--data <directory>', 'data directory (default: ./.millrace, or MILLRACE_DATA)')
  .option('--json', 'print results as JSON')
  .option('--verbose', 'print the stack of an error')
  .configureHelp({ showGlobalOptions: true, sortSubcommands: false })
  .showHelpAfterError('(run with --help for the options and examples)')
  .exitOverride()

for (const command of [
  demoCommand(),
  runCommand(),
  backtestCommand(),
  typesCommand(),
  tailCommand(),
  topicsCommand(),
  resetCommand(),
  configCommand(),
])
  program.addCommand(command.copyInheritedSettings(program))

// Somebody who reads only the beginning, as `head` does, has seen enough.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 74))

try {
  await program.parseAsync()
} catch (error) {
  process.exitCode = reportError(
    error,
    new Terminal(),
    program.opts().verbose === true || process.argv.includes('--verbose'),
  )
}
