import type { ParquetGroup } from './parquet-group.ts'

/** A Parquet file, one row group after the other: for histories. Throws what opening the file throws. */
export async function* parquetGroups(path: string): AsyncGenerator<ParquetGroup> {
  const { openParquet } = await import('./parquet-group.ts') // few streams read such files
  yield* await openParquet(path)
}
