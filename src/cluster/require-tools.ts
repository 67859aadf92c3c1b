import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { MillraceError } from '../errors.ts'

/** A program that isn't ours, and the Debian package that has it. */
export interface RequiredTool {
  readonly command: string
  readonly debianPackage: string
}

/**
 * Sees to it that programs are there: with `install`, as root on Debian, installs what is missing; else throws
 * MILLRACE_CLUSTER_TOOL, which says what to install.
 */
export function requireTools(tools: readonly RequiredTool[], options: { readonly install?: boolean } = {}): void {
  const missing = tools.filter(({ command }) => !isThere(command))
  if (missing.length === 0) return
  const packages = [...new Set(missing.map(({ debianPackage }) => debianPackage))]
  if (options.install && process.getuid?.() === 0 && existsSync('/etc/debian_version')) {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
    const waits = ['-o', 'DPkg::Lock::Timeout=120'] // another process may be installing, too
    spawnSync('apt-get', ['update', '-qq', ...waits], { env, stdio: 'ignore' })
    spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...waits, ...packages], {
      env,
      stdio: 'ignore',
    })
  }
  const names = missing.filter(({ command }) => !isThere(command)).map(({ command }) => command)
  if (names.length === 0) return
  const wrong = `${names.join(' and ')} can't be found`
  const remedy = `Install what is missing (on Debian: apt-get install ${packages.join(' ')}) and see that it is in the PATH`
  throw new MillraceError('MILLRACE_CLUSTER_TOOL', 'local cluster', wrong, remedy)
}

function isThere(command: string): boolean {
  return (process.env.PATH ?? '').split(':').some((folder) => folder !== '' && existsSync(`${folder}/${command}`))
}
