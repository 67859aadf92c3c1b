import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type PeerRows, type PeerRun, peerFolder } from './peer-run.ts'

const VERSION = '2024.07.0'
const folder = join(peerFolder, `moa-${VERSION}`)
const classPath = `${folder}:${folder}/libs/*`

const project = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>millrace</groupId><artifactId>moa-peer</artifactId><version>1</version>
  <dependencies>
    <dependency><groupId>nz.ac.waikato.cms.moa</groupId><artifactId>moa</artifactId><version>${VERSION}</version></dependency>
  </dependencies>
</project>
`

/** MOA as a peer: fetched by Maven and compiled against once; needs \`mvn\` and \`javac\` (Debian: maven, default-jdk). */
export const moa = {
  version: VERSION,

  install(): void {
    const source = join(import.meta.dirname, 'MoaPeer.java')
    const compiled = join(folder, 'MoaPeer.class')
    if (existsSync(compiled) && statSync(compiled).mtimeMs > statSync(source).mtimeMs) return
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, 'pom.xml'), project)
    run('mvn', ['-q', '-B', 'dependency:copy-dependencies', '-DoutputDirectory=libs'])
    run('javac', ['-cp', classPath, '-d', folder, source])
  },

  /** `learner` in the words of MOA's command line; `warm` rows go to a model that is thrown away. */
  run(learner: string, rows: PeerRows, count: number, warm: number): PeerRun {
    const { path, width, classes } = rows
    const output = run('java', [
      '-XX:+DisableExplicitGC', // boosted trees collect garbage every thousand rows
      '-cp',
      classPath,
      'MoaPeer',
      learner,
      path,
      ...[width, classes, count, warm].map(String),
    ])
    return JSON.parse(output.trim().split('\n').at(-1) ?? '') as PeerRun
  },
}

function run(command: string, options: readonly string[]): string {
  return execFileSync(command, options, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
}
