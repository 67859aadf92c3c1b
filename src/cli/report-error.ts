import { CommanderError } from 'commander'
import { MillraceError } from '../errors.ts'
import type { Terminal } from './terminal.ts'

const USAGE = 64
const INTERNAL = 70

/** Says an error as one message, with its stack and causes where `verbose`, and gives the exit code. */
export function reportError(error: unknown, terminal: Terminal, verbose: boolean): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : USAGE // it has said so itself
  const known = error instanceof MillraceError
  const message = known
    ? error.message
    : `${error instanceof Error ? error.message : String(error)} (an error that Millrace did not expect)`
  terminal.note(`${terminal.errorStyle('red', 'millrace:')} ${message}`)
  if (verbose)
    for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) terminal.note(String(cause.stack))
  else if (!known) terminal.note('Run it again with --verbose to see where it comes from.')
  return known ? error.exitCode : INTERNAL
}
