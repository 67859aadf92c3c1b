import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { MillraceError } from '../errors.ts'
import { logErrors } from './log-errors.ts'
import { sqliteCode, sqliteFailure } from './sqlite-failure.ts'

/**
 * One process per data directory. The lock is SQLite's exclusive lock on an empty file of its own, so the operating
 * system releases it however the owner dies; the file beside it only says who that is.
 */
export class DirectoryLock {
  readonly #database: DatabaseSync

  /** Throws MILLRACE_LOG_IN_USE or MILLRACE_LOG_NOT_WRITABLE. */
  constructor(directory: string) {
    this.#database = open(directory)
    try {
      this.#database.exec('PRAGMA busy_timeout = 0; BEGIN EXCLUSIVE')
    } catch (cause) {
      this.#database.close()
      throw sqliteCode(cause) === sqliteFailure.busy ? inUse(directory, cause) : logErrors.notWritable(directory, cause)
    }
    try {
      writeFileSync(ownerFile(directory), `${process.pid}\n`)
    } catch {
      // On a full disk nobody learns who the owner is; the lock holds.
    }
  }

  release(): void {
    this.#database.close()
  }
}

function open(directory: string): DatabaseSync {
  try {
    makeFolder(resolve(directory))
    return new DatabaseSync(join(directory, 'log.lock'))
  } catch (cause) {
    throw logErrors.notWritable(directory, cause)
  }
}

/** Makes a folder and those above it. Node's own recursive way never ends where none can be made, as in /proc. */
function makeFolder(folder: string): void {
  if (existsSync(folder)) return
  if (dirname(folder) !== folder) makeFolder(dirname(folder))
  try {
    mkdirSync(folder)
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') throw cause // another process was faster
  }
}

function ownerFile(directory: string): string {
  return join(directory, 'log.owner')
}

function inUse(directory: string, cause: unknown): MillraceError {
  let owner = 'another process'
  try {
    const pid = Number.parseInt(readFileSync(ownerFile(directory), 'utf8'), 10)
    if (pid > 0) owner = `process ${pid}`
  } catch {
    // The owner has not said yet who it is.
  }
  const remedy = 'Stop it first, or choose another data directory (MILLRACE_DATA)'
  return new MillraceError('MILLRACE_LOG_IN_USE', `data directory ${directory}`, `${owner} is using it`, remedy, {
    cause,
  })
}
