import { Option } from 'commander'

/** `--from <file>`, once for each input: the rows of files in place of a stream's history. */
export function historyOption(): Option {
  return new Option(
    '--from <file>',
    'rows of a CSV, JSON lines or Parquet file instead of the history; of several inputs <input>=<file>, once for each',
  ).argParser((file: string, files: readonly string[] = []) => [...files, file])
}
