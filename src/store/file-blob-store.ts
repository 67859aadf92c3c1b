import { randomUUID } from 'node:crypto'
import { type FileHandle, mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { MillraceError } from '../errors.ts'
import type { BlobStore } from './store.ts'
import { storeErrors } from './store-errors.ts'

/** Stands for the slash in file names: no name may hold it. */
const slash = '~'
/** Begins the names of files that are being written: no blob's name may hold it. */
const unfinished = '#'
const mostPerWrite = 1 << 30
const abandonedAfterMs = 24 * 3_600_000

/**
 * Blobs as files of one folder, on a volume that several processes may share: each is written under another name,
 * synced, renamed, and the folder synced. All of it runs in Node's thread pool, off the calling thread; `bytes` must
 * not change before `put` resolves.
 */
export class FileBlobStore implements BlobStore {
  readonly #folder: string
  readonly #ready: Promise<void>
  #closed = false

  constructor(folder: string) {
    this.#folder = resolve(folder)
    this.#ready = this.#prepare()
    this.#ready.catch(() => {})
  }

  async put(name: string, bytes: Uint8Array): Promise<void> {
    const path = await this.#path(name)
    const unfinishedPath = join(this.#folder, `${unfinished}${randomUUID()}`)
    try {
      if (await this.#isThere(name, path, bytes)) return await syncFolder(this.#folder)
      await writeDurably(unfinishedPath, bytes)
      await rename(unfinishedPath, path)
      await syncFolder(this.#folder)
    } catch (cause) {
      await rm(unfinishedPath, { force: true }).catch(() => {})
      throw failure(`blob ${name} in ${this.#folder}`, cause)
    }
  }

  async get(name: string): Promise<Uint8Array | undefined> {
    const path = await this.#path(name)
    try {
      const bytes = await readFile(path)
      return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length)
    } catch (cause) {
      if (codeOf(cause) === 'ENOENT') return undefined
      throw failure(`blob ${name} in ${this.#folder}`, cause)
    }
  }

  async list(prefix: string): Promise<readonly string[]> {
    await this.#open()
    try {
      const files = await readdir(this.#folder)
      const names = files.filter((file) => !file.startsWith(unfinished)).map((file) => file.replaceAll(slash, '/'))
      return names.filter((name) => name.startsWith(prefix)).toSorted()
    } catch (cause) {
      throw failure(`blobs in ${this.#folder}`, cause)
    }
  }

  async delete(name: string): Promise<void> {
    const path = await this.#path(name)
    try {
      await rm(path, { force: true })
    } catch (cause) {
      throw failure(`blob ${name} in ${this.#folder}`, cause)
    }
  }

  async close(): Promise<void> {
    this.#closed = true
  }

  async #prepare(): Promise<void> {
    try {
      await mkdir(this.#folder, { recursive: true })
      await syncFolder(dirname(this.#folder))
      for (const file of await readdir(this.#folder)) {
        if (!file.startsWith(unfinished)) continue
        const path = join(this.#folder, file)
        const { mtimeMs } = await stat(path)
        if (Date.now() - mtimeMs > abandonedAfterMs) await rm(path, { force: true })
      }
    } catch (cause) {
      throw failure(`blobs in ${this.#folder}`, cause)
    }
  }

  async #isThere(name: string, path: string, bytes: Uint8Array): Promise<boolean> {
    const there = await readFile(path).catch((cause) => {
      if (codeOf(cause) !== 'ENOENT') throw cause
    })
    if (there && Buffer.compare(there, bytes) !== 0) throw storeErrors.blobExists(name)
    return there !== undefined
  }

  async #path(name: string): Promise<string> {
    await this.#open()
    storeErrors.checkName('blob', name)
    return join(this.#folder, name.replaceAll('/', slash))
  }

  async #open(): Promise<void> {
    if (this.#closed) throw storeErrors.closed(`blobs in ${this.#folder}`)
    await this.#ready
  }
}

async function writeDurably(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, 'wx')
  try {
    // One call to the thread pool, not one per 512 kB as `writeFile` does: each would wait for a busy loop to turn.
    for (let at = 0; at < bytes.length; ) {
      at += (await file.write(bytes, at, Math.min(bytes.length - at, mostPerWrite))).bytesWritten
    }
    await file.sync()
  } finally {
    await file.close()
  }
}

/** Makes names in a folder durable; Windows can't open folders and needs no such thing. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return
  const handle: FileHandle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

function failure(place: string, cause: unknown): MillraceError {
  if (cause instanceof MillraceError) return cause
  switch (codeOf(cause)) {
    case 'ENOSPC':
    case 'EDQUOT':
    case 'EFBIG':
      return storeErrors.diskFull(place, cause)
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
    case 'ENOTDIR':
    case 'EEXIST':
      return storeErrors.notWritable(place, cause)
    default:
      return storeErrors.unavailable(place, cause)
  }
}

function codeOf(cause: unknown): string | undefined {
  return (cause as NodeJS.ErrnoException | undefined)?.code
}
