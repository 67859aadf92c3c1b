import { pathToFileURL } from 'node:url'
import type { History } from '../backtest/history-batches.ts'
import { MillraceError } from '../errors.ts'
import type { LoadedStream } from '../service/load-stream.ts'
import { streamFileError } from '../service/stream-file-error.ts'
import { fileHistory, type FileHistoryOptions } from './file-history.ts'

/** A stream's recorded past, as `streams/<name>.history.ts` or files tell it. */
export interface LoadedHistory {
  /** Its records by arrival; with `since`, it may leave out those that arrived before, ms. */
  readonly read: (since?: number) => History
  /** How many records there are, where the file says so. */
  readonly total: number | undefined
}

/** The history of a stream: of files where some are named, else what its history file tells. Throws MILLRACE_CLI_NOTHING without one, MILLRACE_SERVICE_STREAM_FILE. */
export async function loadHistory(
  loaded: LoadedStream,
  files?: readonly string[],
  options?: FileHistoryOptions,
): Promise<LoadedHistory> {
  if (files !== undefined) return { read: () => fileHistory(loaded, files, options), total: undefined }
  const { name, historyFile } = loaded
  if (historyFile === undefined) {
    throw new MillraceError(
      'MILLRACE_CLI_NOTHING',
      `stream '${name}'`,
      'it has no history',
      `Name a file with --from <file>, or write streams/${name}.history.ts`,
    )
  }
  let module: { default?: unknown; records?: unknown }
  try {
    module = await import(pathToFileURL(historyFile).href)
  } catch (cause) {
    throw streamFileError(historyFile, 'the file does not load', 'Correct it there', cause)
  }
  const { default: history, records } = module
  if (typeof history !== 'function') {
    throw new MillraceError(
      'MILLRACE_SERVICE_STREAM_FILE',
      historyFile,
      'its default export is no function',
      'Write `export default async function* history() { yield { input, record } }`',
    )
  }
  const told = history as (options: { since?: number }) => History
  return {
    read: (since) => told({ since }),
    total: typeof records === 'number' ? records : undefined,
  }
}

/** What is thrown while a history is told: its own errors as those of its file. */
export function historyError(file: string | undefined, error: unknown): unknown {
  if (error instanceof MillraceError || file === undefined) return error
  return streamFileError(file, 'the history ended with an error', 'Correct it there', error)
}
