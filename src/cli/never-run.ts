import { MillraceError } from '../errors.ts'
import { streamNames } from '../service/load-stream.ts'
import { nearest } from '../stream/nearest.ts'
import { typedCommand } from './typed-command.ts'

/** MILLRACE_CLI_NOTHING of a stream that has no journal among `topics`: how to start one that is in the folder of streams, else the names of those that ran. */
export function neverRun(stream: string, topics: readonly string[], folder: string): MillraceError {
  const ran = topics.filter((topic) => topic.endsWith('.journal')).map((topic) => topic.slice(0, -'.journal'.length))
  const isKnown = ran.length === 0 || streamNames(folder).includes(stream)
  return new MillraceError(
    'MILLRACE_CLI_NOTHING',
    `stream '${stream}'`,
    'it has never run on this data directory',
    isKnown ? `Start it with ${typedCommand(`run ${stream}`)}` : nearest(stream, ran),
  )
}
