import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { MillraceError } from '../errors.ts'
import { SupervisedProcess } from './supervised-process.ts'
import { requireTools } from './require-tools.ts'

export interface LocalRegistryOptions {
  /** Where the fetched program is kept, outside of what is committed. */
  readonly cache: string
  readonly port: number
  readonly logFile: string
  /** Where it keeps its schemas; default in memory, so that they are gone when it stops. */
  readonly folder?: string
  /** Whether missing programs may be installed. Default false. */
  readonly install?: boolean
}

const run = promisify(execFile)
export const registryVersion = '2.6.13.Final'
const copy = 'org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy'

/** Apicurio's schema registry on this machine. */
export class LocalRegistry {
  /** Where its Confluent-compatible API begins. */
  readonly url: string
  readonly #process: SupervisedProcess

  private constructor(url: string, process: SupervisedProcess) {
    this.url = url
    this.#process = process
  }

  /** Throws MILLRACE_CLUSTER_TOOL, MILLRACE_CLUSTER_DOWNLOAD or MILLRACE_CLUSTER_START. */
  static async start({ cache, port, logFile, folder: data, install }: LocalRegistryOptions): Promise<LocalRegistry> {
    const tools = [{ command: 'java', debianPackage: 'default-jre-headless' }]
    requireTools([...tools, { command: 'mvn', debianPackage: 'maven' }], { install })
    const folder = await program(cache)
    const jar = (await readdir(folder)).find((name) => name.endsWith('-runner.jar'))!
    const heap = ['-Xmx512m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1']
    const kept = data === undefined ? [] : [`-Dquarkus.datasource.jdbc.url=jdbc:h2:file:${resolve(data)}/registry`]
    const listen = ['-Dquarkus.http.host=127.0.0.1', `-Dquarkus.http.port=${port}`]
    const started = await SupervisedProcess.start({
      name: `Apicurio registry on port ${port}`,
      command: 'java',
      args: [...heap, ...kept, ...listen, '-jar', join(folder, jar)],
      logFile,
      ready: /Listening on: /,
    })
    return new LocalRegistry(`http://127.0.0.1:${port}/apis/ccompat/v7`, started)
  }

  async stop(): Promise<void> {
    await this.#process.stop()
  }
}

/** The folder of the program; Maven fetches it the first time (140 MB). */
async function program(cache: string): Promise<string> {
  const folder = join(cache, `apicurio-${registryVersion}`)
  if (existsSync(folder)) return folder
  await mkdir(cache, { recursive: true })
  // Whole or not at all, and any number of processes may do so at once.
  const working = await mkdtemp(join(cache, 'fetching-'))
  try {
    const artifact = `io.apicurio:apicurio-registry-app:${registryVersion}:tar.gz:all`
    await run('mvn', ['-q', '-B', copy, `-Dartifact=${artifact}`, `-DoutputDirectory=${working}`])
    const archive = (await readdir(working))[0]
    const unpacked = join(working, 'unpacked')
    await mkdir(unpacked)
    await run('tar', ['-xzf', join(working, archive), '-C', unpacked])
    await rename(unpacked, folder).catch((error: unknown) => {
      if (!existsSync(folder)) throw error
    })
  } catch (cause) {
    const said = (cause as { stdout?: string }).stdout?.split('\n').find((line) => line.includes('ERROR')) ?? cause
    const remedy = 'See that Maven reaches its repository (`mvn -v`, ~/.m2/settings.xml), and start again'
    throw new MillraceError(
      'MILLRACE_CLUSTER_DOWNLOAD',
      `Apicurio registry ${registryVersion}`,
      String(said).trim(),
      remedy,
      {
        cause,
      },
    )
  } finally {
    await rm(working, { recursive: true, force: true })
  }
  return folder
}
