import { commandLine } from './command-line.ts'
import { reportError } from './report-error.ts'
import { Terminal } from './terminal.ts'

const program = commandLine()

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
