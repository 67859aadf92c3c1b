import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type PeerRows, type PeerRun, peerFolder } from './peer-run.ts'

const VERSION = '0.24.2'
const folder = join(peerFolder, `river-${VERSION}`)
const python = join(folder, 'bin/python')

/** River as a peer: installed once into a virtual environment; needs `python3` with venv. */
export const river = {
  version: VERSION,

  install(): void {
    if (existsSync(join(folder, 'installed'))) return
    run('python3', ['-m', 'venv', folder])
    run(python, ['-m', 'pip', 'install', '-q', `river==${VERSION}`])
    run('touch', [join(folder, 'installed')])
  },

  /** `learner` as an expression in Python over River's modules; `warm` rows go to a model that is thrown away. */
  run(learner: string, rows: PeerRows, count: number, warm: number): PeerRun {
    const { path, width, classes } = rows
    const program = join(import.meta.dirname, 'river-peer.py')
    return JSON.parse(run(python, [program, learner, path, ...[width, classes, count, warm].map(String)])) as PeerRun
  },
}

function run(command: string, options: readonly string[]): string {
  return execFileSync(command, options, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })
}
