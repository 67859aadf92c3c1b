import { MillraceError } from '../errors.ts'

/** The errors that all stores throw, worded once. */
export const storeErrors = {
  /** Throws MILLRACE_STORE_NAME where no store could keep something under this name. */
  checkName(what: 'blob' | 'record', name: string): void {
    if (/^[A-Za-z0-9._@=+-][A-Za-z0-9._@=+/-]{0,199}$/.test(name) && !/\/\/|\/$|(^|\/)\.\.?(\/|$)/.test(name)) return
    const wrong = 'its name is not 1 to 200 letters, digits and . _ @ = + - in parts between single slashes'
    throw new MillraceError('MILLRACE_STORE_NAME', `${what} ${JSON.stringify(name)}`, wrong, 'Choose another name')
  },

  blobExists(name: string): MillraceError {
    const remedy = 'Give the new bytes a name of their own; a blob never changes'
    return new MillraceError('MILLRACE_STORE_BLOB_EXISTS', `blob ${name}`, 'it is there with other bytes', remedy)
  },

  closed(place: string): MillraceError {
    return new MillraceError('MILLRACE_STORE_CLOSED', place, 'it has been closed', 'Open it again')
  },

  notWritable(place: string, cause: unknown): MillraceError {
    const wrong = `it can't be written to (${reasonOf(cause)})`
    const remedy = 'Give the user it runs as the right to write there, or choose another data directory (MILLRACE_DATA)'
    return new MillraceError('MILLRACE_STORE_NOT_WRITABLE', place, wrong, remedy, { cause })
  },

  diskFull(place: string, cause: unknown): MillraceError {
    const remedy = 'Free some space; what was being written is not there'
    const wrong = `there is no space left (${reasonOf(cause)})`
    return new MillraceError('MILLRACE_STORE_DISK_FULL', place, wrong, remedy, { cause })
  },

  corrupt(place: string, cause: unknown): MillraceError {
    const remedy = 'Restore it from a backup; the disk or another program has damaged it'
    const wrong = `it can't be read (${reasonOf(cause)})`
    return new MillraceError('MILLRACE_STORE_CORRUPT', place, wrong, remedy, { cause })
  },

  unavailable(place: string, cause: unknown): MillraceError {
    return new MillraceError('MILLRACE_STORE_UNAVAILABLE', place, `it failed (${reasonOf(cause)})`, 'Check the disk', {
      cause,
    })
  },
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause)
}
