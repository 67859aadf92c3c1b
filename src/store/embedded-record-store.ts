import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { MillraceError } from '../errors.ts'
import type { RecordStore } from './store.ts'
import { storeErrors } from './store-errors.ts'

export interface EmbeddedRecordStoreOptions {
  /** What a `put` survives: a power failure, or only the death of this process. Default `power`. */
  readonly durability?: 'power' | 'process'
}

/** Small records in one SQLite file of a data directory: `records.sqlite` there. Several processes may share it. */
export class EmbeddedRecordStore implements RecordStore {
  readonly #place: string
  readonly #database: DatabaseSync
  #closed = false

  /** Throws MILLRACE_STORE_NOT_WRITABLE, MILLRACE_STORE_DISK_FULL or MILLRACE_STORE_CORRUPT. */
  constructor(directory: string, options: EmbeddedRecordStoreOptions = {}) {
    const { durability = 'power' } = options
    const path = join(directory, 'records.sqlite')
    this.#place = `record store ${path}`
    this.#database = this.#try(() => {
      mkdirSync(directory, { recursive: true })
      const database = new DatabaseSync(path, { timeout: 5000 })
      try {
        database.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = ${durability === 'power' ? 'FULL' : 'NORMAL'};
          CREATE TABLE IF NOT EXISTS records (key TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT, WITHOUT ROWID`)
      } catch (cause) {
        database.close()
        throw cause
      }
      return database
    })
  }

  async get(key: string): Promise<Uint8Array | undefined> {
    this.#check(key)
    const row = this.#try(() => this.#database.prepare('SELECT value FROM records WHERE key = ?').get(key))
    return row?.value as Uint8Array | undefined
  }

  async put(key: string, value: Uint8Array): Promise<void> {
    this.#check(key)
    const sql = 'INSERT INTO records (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value'
    this.#try(() => this.#database.prepare(sql).run(key, value))
  }

  async delete(key: string): Promise<void> {
    this.#check(key)
    this.#try(() => this.#database.prepare('DELETE FROM records WHERE key = ?').run(key))
  }

  async list(prefix: string): Promise<readonly string[]> {
    this.#ensureOpen()
    // Keys are ASCII, so that every key with the prefix sorts below the prefix and its last character.
    const sql = 'SELECT key FROM records WHERE key >= ? AND key < ? ORDER BY key'
    return this.#try(() => this.#database.prepare(sql).all(prefix, `${prefix}\x7f`)).map(({ key }) => key as string)
  }

  async close(): Promise<void> {
    if (!this.#closed) this.#database.close()
    this.#closed = true
  }

  #check(key: string): void {
    this.#ensureOpen()
    storeErrors.checkName('record', key)
  }

  #ensureOpen(): void {
    if (this.#closed) throw storeErrors.closed(this.#place)
  }

  #try<Result>(work: () => Result): Result {
    try {
      return work()
    } catch (cause) {
      throw failure(this.#place, cause)
    }
  }
}

/** By SQLite's result codes (https://sqlite.org/rescode.html). */
function failure(place: string, cause: unknown): MillraceError {
  const { errcode } = cause as { errcode?: number }
  // What is none of SQLite's came from making the folder.
  if (errcode === undefined) return storeErrors.notWritable(place, cause)
  switch (errcode & 0xff) {
    case 8: // SQLITE_READONLY
    case 14: // SQLITE_CANTOPEN
      return storeErrors.notWritable(place, cause)
    case 13: // SQLITE_FULL
      return storeErrors.diskFull(place, cause)
    case 11: // SQLITE_CORRUPT
    case 26: // SQLITE_NOTADB
      return storeErrors.corrupt(place, cause)
    default:
      return storeErrors.unavailable(place, cause)
  }
}
