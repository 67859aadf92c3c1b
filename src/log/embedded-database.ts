import { join } from 'node:path'
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { crc32 } from 'node:zlib'
import { MillraceError } from '../errors.ts'
import type { ChunkBuilder } from './chunk-builder.ts'
import { decodeHeaders, encodeHeaders } from './headers.ts'
import { isDiskFull } from './is-disk-full.ts'
import { logErrors } from './log-errors.ts'
import type { StoredChunk } from './polling-reader.ts'
import { failureKind, sqliteCode, sqliteFailure } from './sqlite-failure.ts'

const applicationId = 0x4d4c5243
const formatVersion = 1

/** Overflow pages of 8 kB: measured at twice the append rate of 4 kB and no slower than larger ones. */
const pageBytes = 8192
/** A checkpoint runs inside the commit that reaches this: 16 MiB were no faster, and paused commits for 75 ms instead of 30. */
const checkpointBytes = 4 * 1024 * 1024

const schema = `
CREATE TABLE topics (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE, partitions INTEGER NOT NULL,
  retention_ms INTEGER) STRICT;
CREATE TABLE partitions (id INTEGER PRIMARY KEY AUTOINCREMENT, topic INTEGER NOT NULL, number INTEGER NOT NULL,
  start INTEGER NOT NULL DEFAULT 0, next INTEGER NOT NULL DEFAULT 0, UNIQUE (topic, number)) STRICT;
CREATE TABLE deleted_partitions (id INTEGER PRIMARY KEY) STRICT;
CREATE TABLE chunks (id INTEGER PRIMARY KEY, partition INTEGER NOT NULL, next INTEGER NOT NULL, count INTEGER NOT NULL,
  max_timestamp INTEGER NOT NULL, crc INTEGER NOT NULL, timestamps BLOB NOT NULL, ends BLOB NOT NULL,
  bytes BLOB NOT NULL, headers BLOB) STRICT;
CREATE INDEX chunks_by_offset ON chunks (partition, next, max_timestamp);
CREATE TABLE producers (id TEXT PRIMARY KEY, epoch INTEGER NOT NULL) STRICT, WITHOUT ROWID;
PRAGMA application_id = ${applicationId};
PRAGMA user_version = ${formatVersion};`

export interface EmbeddedDatabaseOptions {
  readonly durability: 'power' | 'process'
  readonly readOnly: boolean
  readonly maxBytes: number | undefined
}

export interface PartitionRow {
  readonly id: number
  readonly start: number
  readonly next: number
}

export interface TopicRow {
  readonly id: number
  readonly name: string
  readonly partitions: number
  readonly retention_ms: number | null
}

/** The file of the embedded log: chunks of records as rows, columns as blobs. All calls are synchronous. */
export class EmbeddedDatabase {
  readonly #directory: string
  readonly #database: DatabaseSync
  readonly #statements = new Map<string, StatementSync>()

  constructor(directory: string, options: EmbeddedDatabaseOptions) {
    this.#directory = directory
    const path = join(directory, 'log.sqlite')
    let database: DatabaseSync | undefined
    try {
      database = new DatabaseSync(path, { readOnly: options.readOnly, timeout: 5000 })
      if (!options.readOnly) prepareForWriting(database, options)
      checkFormat(database, path)
    } catch (cause) {
      database?.close()
      if (options.readOnly && failureKind(cause) === 'not-writable') {
        const remedy = 'Check the data directory (MILLRACE_DATA), or start what writes it first'
        throw new MillraceError(
          'MILLRACE_LOG_UNAVAILABLE',
          `data directory ${directory}`,
          'there is no log in it',
          remedy,
          { cause },
        )
      }
      throw this.#failure(cause)
    }
    this.#database = database
  }

  /** Runs `work` in one SQLite transaction: all of it is durable when this returns, or nothing was written. */
  transaction<Result>(work: () => Result): Result {
    let result: Result
    try {
      this.#database.exec('BEGIN IMMEDIATE')
      result = work()
    } catch (cause) {
      this.#rollBack()
      throw this.#failure(cause)
    }
    try {
      this.#database.exec('COMMIT')
    } catch (cause) {
      this.#rollBack()
      // After a failed sync the frames may or may not be on the disk: only the next write settles which.
      if (sqliteCode(cause) !== sqliteFailure.input) throw this.#failure(cause)
      const place = `log in ${this.#directory}`
      const wrong = 'whether the last commit is on the disk is unknown'
      const remedy = 'Check the disk; a new producer of the same id settles it'
      throw new MillraceError('MILLRACE_LOG_UNKNOWN_OUTCOME', place, wrong, remedy, { cause })
    }
    return result
  }

  all(sql: string, ...parameters: (string | number | null)[]): Record<string, unknown>[] {
    return this.#run(sql, (statement) => statement.all(...parameters))
  }

  get(sql: string, ...parameters: (string | number | null)[]): Record<string, unknown> | undefined {
    return this.#run(sql, (statement) => statement.get(...parameters))
  }

  /** Runs a statement that writes; gives how many rows it changed. */
  run(sql: string, ...parameters: (string | number | null)[]): number {
    return this.#run(sql, (statement) => Number(statement.run(...parameters).changes))
  }

  topic(name: string): TopicRow | undefined {
    return this.get('SELECT id, name, partitions, retention_ms FROM topics WHERE name = ?', name) as
      | TopicRow
      | undefined
  }

  partition(topic: string, number: number): PartitionRow | undefined {
    const sql = `SELECT partitions.id, start, next FROM partitions JOIN topics ON topics.id = partitions.topic
      WHERE topics.name = ? AND number = ?`
    return this.get(sql, topic, number) as PartitionRow | undefined
  }

  partitionById(id: number): PartitionRow | undefined {
    return this.get('SELECT id, start, next FROM partitions WHERE id = ?', id) as PartitionRow | undefined
  }

  /** Makes the epoch of a producer one higher. */
  fence(transactionalId: string): number {
    const sql = `INSERT INTO producers (id, epoch) VALUES (?, 1)
      ON CONFLICT (id) DO UPDATE SET epoch = epoch + 1 RETURNING epoch`
    return this.get(sql, transactionalId)!.epoch as number
  }

  /** Throws MILLRACE_LOG_FENCED when there is a newer producer of this id. */
  checkEpoch(transactionalId: string, epoch: number): void {
    if (this.get('SELECT epoch FROM producers WHERE id = ?', transactionalId)?.epoch !== epoch)
      throw logErrors.fenced(transactionalId)
  }

  /** Writes chunks at the end of a partition; call it in a transaction. */
  append({ id, next }: PartitionRow, builders: readonly ChunkBuilder[]): void {
    const sql = `INSERT INTO chunks (partition, next, count, max_timestamp, crc, timestamps, ends, bytes, headers)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`
    let end = next
    for (const builder of builders) {
      const { count, timestamps, ends, bytes, headers } = builder.chunk()
      end += count
      const times = bytesOf(timestamps)
      const places = bytesOf(ends)
      const extra = headers ? encodeHeaders(headers) : null
      const crc = checksum(times, places, bytes, extra)
      const { maxTimestamp } = builder
      this.#run(sql, (statement) => statement.run(id, end, count, maxTimestamp, crc, times, places, bytes, extra))
    }
    this.run('UPDATE partitions SET next = ? WHERE id = ?', end, id)
  }

  /** The chunk that holds `offset`, or the first one beyond it; undefined at the end. Throws MILLRACE_LOG_CORRUPT. */
  chunkAt(partition: number, offset: number): StoredChunk | undefined {
    const sql = `SELECT next, count, crc, timestamps, ends, bytes, headers FROM chunks
      WHERE partition = ? AND next > ? ORDER BY next LIMIT 1`
    const row = this.get(sql, partition, offset) as unknown as ChunkRow | undefined
    if (!row) return undefined
    const { next, count, crc, timestamps, ends, bytes, headers } = row
    if (checksum(timestamps, ends, bytes, headers) !== crc) {
      throw this.#corrupt(`the records from offset ${next - count} to ${next} don't match their checksum`)
    }
    const columns = {
      timestamps: new Float64Array(timestamps.buffer, timestamps.byteOffset, count),
      ends: new Int32Array(ends.buffer, ends.byteOffset, 2 * count),
      headers: headers ? decodeHeaders(headers) : undefined,
    }
    return { base: next - count, chunk: { count, bytes, ...columns } }
  }

  close(): void {
    this.#statements.clear()
    this.#database.close()
  }

  #run<Result>(sql: string, use: (statement: StatementSync) => Result): Result {
    try {
      let statement = this.#statements.get(sql)
      if (!statement) {
        statement = this.#database.prepare(sql)
        this.#statements.set(sql, statement)
      }
      return use(statement)
    } catch (cause) {
      throw this.#failure(cause)
    }
  }

  #rollBack(): void {
    try {
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK')
    } catch {
      // The failure that led here says more than the one of undoing it.
    }
  }

  #failure(cause: unknown): unknown {
    const place = `log in ${this.#directory}`
    const reason = cause instanceof Error ? cause.message : String(cause)
    switch (failureKind(cause)) {
      case undefined:
        return cause
      case 'not-writable':
        return logErrors.notWritable(this.#directory, cause)
      case 'corrupt':
        return this.#corrupt(reason, cause)
      case 'disk-full':
        return logErrors.diskFull(this.#directory, cause)
      default: {
        if (isDiskFull(this.#directory, cause)) return logErrors.diskFull(this.#directory, cause)
        const wrong = `SQLite failed (${reason})`
        return new MillraceError('MILLRACE_LOG_UNAVAILABLE', place, wrong, 'Check the disk', { cause })
      }
    }
  }

  #corrupt(wrong: string, cause?: unknown): MillraceError {
    const remedy = 'Restore the directory from a backup; the disk or another program has damaged it'
    return new MillraceError('MILLRACE_LOG_CORRUPT', `log in ${this.#directory}`, wrong, remedy, { cause })
  }
}

interface ChunkRow {
  readonly next: number
  readonly count: number
  readonly crc: number
  readonly timestamps: Uint8Array
  readonly ends: Uint8Array
  readonly bytes: Uint8Array
  readonly headers: Uint8Array | null
}

function prepareForWriting(database: DatabaseSync, options: EmbeddedDatabaseOptions): void {
  database.exec(`PRAGMA page_size = ${pageBytes}; PRAGMA journal_mode = WAL`)
  database.exec(`PRAGMA synchronous = ${options.durability === 'power' ? 'FULL' : 'NORMAL'}`)
  database.exec(`PRAGMA wal_autocheckpoint = ${checkpointBytes / pageBytes}`)
  database.exec(`PRAGMA journal_size_limit = ${4 * checkpointBytes}`)
  if (options.maxBytes !== undefined)
    database.exec(`PRAGMA max_page_count = ${Math.ceil(options.maxBytes / pageBytes)}`)
  if (pragma(database, 'user_version') === 0 && pragma(database, 'application_id') === 0) {
    database.exec(`BEGIN IMMEDIATE; ${schema} COMMIT`)
  }
}

function checkFormat(database: DatabaseSync, path: string): void {
  const version = pragma(database, 'user_version')
  if (pragma(database, 'application_id') === applicationId && version === formatVersion) return
  const wrong = `it holds no log of format ${formatVersion} (it says ${version})`
  throw new MillraceError(
    'MILLRACE_LOG_CORRUPT',
    path,
    wrong,
    'Use the version of Millrace that wrote it, or another directory',
  )
}

function pragma(database: DatabaseSync, name: string): number {
  return Object.values(database.prepare(`PRAGMA ${name}`).get()!)[0] as number
}

function checksum(timestamps: Uint8Array, ends: Uint8Array, bytes: Uint8Array, headers: Uint8Array | null): number {
  const crc = crc32(bytes, crc32(ends, crc32(timestamps)))
  return headers ? crc32(headers, crc) : crc
}

function bytesOf(column: Float64Array | Int32Array): Uint8Array {
  return new Uint8Array(column.buffer, column.byteOffset, column.byteLength)
}
