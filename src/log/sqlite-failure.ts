/** SQLite's primary result code of an error thrown by node:sqlite; undefined for any other error. */
export function sqliteCode(failure: unknown): number | undefined {
  if (!(failure instanceof Error) || !('errcode' in failure) || typeof failure.errcode !== 'number') return undefined
  return failure.errcode & 0xff
}

/** What SQLite's result codes mean to us (https://sqlite.org/rescode.html). */
export const sqliteFailure = {
  busy: 5,
  readOnly: 8,
  input: 10,
  corrupt: 11,
  full: 13,
  cannotOpen: 14,
  notDatabase: 26,
} as const

export type FailureKind = 'not-writable' | 'disk-full' | 'corrupt' | 'other'

/** The kind of a failure of SQLite's; undefined when it is none of SQLite's. */
export function failureKind(failure: unknown): FailureKind | undefined {
  switch (sqliteCode(failure)) {
    case undefined:
      return undefined
    case sqliteFailure.readOnly:
    case sqliteFailure.cannotOpen:
      return 'not-writable'
    case sqliteFailure.full:
      return 'disk-full'
    case sqliteFailure.corrupt:
    case sqliteFailure.notDatabase:
      return 'corrupt'
    default:
      return 'other'
  }
}
