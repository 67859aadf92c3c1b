import { statfsSync } from 'node:fs'
import { sqliteCode, sqliteFailure } from './sqlite-failure.ts'

/**
 * Whether a failure to write in a folder comes from a full disk. SQLite says so only where a file that is open can't
 * grow; one that can't be made for want of space "can't be opened", so the file system is asked.
 */
export function isDiskFull(folder: string, failure: unknown): boolean {
  if (sqliteCode(failure) === sqliteFailure.full) return true
  const { code } = failure as { code?: unknown }
  if (code === 'ENOSPC' || code === 'EDQUOT') return true
  if (sqliteCode(failure) !== sqliteFailure.cannotOpen && sqliteCode(failure) !== sqliteFailure.input) return false
  try {
    const { bavail, ffree, files } = statfsSync(folder)
    return bavail === 0 || (files > 0 && ffree === 0)
  } catch {
    return false
  }
}
