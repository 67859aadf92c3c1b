import { hash } from 'node:crypto'
import { MillraceError } from '../errors.ts'
import type { BlobStore } from '../store/store.ts'

/** The bytes of a blob. Throws MILLRACE_TASK_SNAPSHOT when it isn't there or its bytes are not those that were written. */
export async function readVerified(
  blobs: BlobStore,
  { name, digest, bytes }: { readonly name: string; readonly digest: string; readonly bytes: number },
): Promise<Uint8Array> {
  const found = await blobs.get(name)
  if (found === undefined) throw badSnapshot(name, 'it is not in the store')
  if (found.length !== bytes) throw badSnapshot(name, `it has ${found.length} bytes, and ${bytes} were written`)
  const actual = hash('sha256', found)
  if (actual !== digest) throw badSnapshot(name, `its SHA-256 is ${actual}, and ${digest} was written`)
  return found
}

/** An error of a snapshot that cannot be loaded. */
export function badSnapshot(what: string, wrong: string, cause?: unknown): MillraceError {
  return new MillraceError(
    'MILLRACE_TASK_SNAPSHOT',
    `snapshot ${what}`,
    wrong,
    'The task falls back to the snapshot before it; check the disk that holds the data directory',
    { cause },
  )
}
