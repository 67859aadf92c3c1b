import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { MillraceError } from '../errors.ts'

/** Makes a folder this process's own until what it gives is called. Throws MILLRACE_CLUSTER_IN_USE where another one that lives has it. */
export function claimFolder(folder: string): () => void {
  const file = join(folder, 'cluster.pid')
  for (;;) {
    try {
      writeFileSync(file, String(process.pid), { flag: 'wx' })
      return () => rmSync(file, { force: true })
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
    const owner = ownerOf(file)
    if (owner !== undefined)
      throw new MillraceError(
        'MILLRACE_CLUSTER_IN_USE',
        'local cluster',
        `a cluster already uses ${folder} (process ${owner})`,
        `Stop that one first, or name another folder and other ports (\`npm run cluster -- --help\`); if process ${owner} is something else, remove ${file}`,
      )
    rmSync(file, { force: true }) // of one that was killed
  }
}

/** The process that lives and has the folder. */
function ownerOf(file: string): number | undefined {
  try {
    const owner = Number(readFileSync(file, 'utf8'))
    if (!(owner > 0)) return undefined
    process.kill(owner, 0)
    return owner
  } catch (error) {
    // Another user's process lives, too.
    return (error as NodeJS.ErrnoException).code === 'EPERM' ? Number(readFileSync(file, 'utf8')) : undefined
  }
}
