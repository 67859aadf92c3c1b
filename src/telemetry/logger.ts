import { type DestinationStream, type Logger, pino } from 'pino'
import { prettyLine } from './pretty-line.ts'

export interface LoggerOptions {
  /** Default `info`. */
  readonly level?: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent'
  /** One line for people instead of one of JSON. Default: whether the output is a terminal. */
  readonly pretty?: boolean
  /** Default: standard error, so that standard output stays a command's own. */
  readonly destination?: DestinationStream
}

const HIDDEN = '[hidden]'
const secrets = [
  'password',
  'secret',
  'token',
  'apiKey',
  'accessKey',
  'authorization',
  'cookie',
  'privateKey',
  'passphrase',
]
const paths = ['', '*.', '*.*.', '*.*.*.'].flatMap((before) => secrets.map((name) => `${before}${name}`))
const passwordInUrl = /(\/\/[^\s:@/"\\]*):[^\s@/"\\]+@/g

/** A logger of JSON lines, or of lines for people on a terminal; values of secret names and passwords in URLs never show. */
export function logger(options: LoggerOptions = {}): Logger {
  const output = options.destination ?? { write: (line: string) => void process.stderr.write(line) }
  const pretty = options.pretty ?? (options.destination === undefined && process.stderr.isTTY === true)
  const destination = pretty ? { write: (line: string) => output.write(prettyLine(line)) } : output
  return pino(
    {
      level: options.level ?? 'info',
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths, censor: HIDDEN },
      hooks: { streamWrite: (line) => line.replace(passwordInUrl, `$1:${HIDDEN}@`) },
    },
    destination,
  )
}
