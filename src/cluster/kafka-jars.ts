import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { MillraceError } from '../errors.ts'

export const kafkaVersion = '4.1.0'

const run = promisify(execFile)
const artifacts = [
  ['org.apache.kafka', 'kafka_2.13', kafkaVersion],
  ['org.apache.kafka', 'kafka-tools', kafkaVersion],
  ['org.slf4j', 'slf4j-simple', '1.7.36'],
]

/** The folder of Kafka's jars, below `cache`; Maven fetches them the first time (54 MB). Throws MILLRACE_CLUSTER_DOWNLOAD. */
export async function kafkaJars(cache: string): Promise<string> {
  const libs = join(cache, `kafka-${kafkaVersion}`)
  if (existsSync(libs)) return libs
  await mkdir(cache, { recursive: true })
  // Whole or not at all, and any number of processes may do so at once.
  const working = await mkdtemp(join(cache, 'fetching-'))
  try {
    await writeFile(join(working, 'pom.xml'), pom())
    const target = join(working, 'libs')
    await run('mvn', ['-q', '-B', 'dependency:copy-dependencies', `-DoutputDirectory=${target}`], { cwd: working })
    await rename(target, libs).catch((error: unknown) => {
      if (!existsSync(libs)) throw error
    })
  } catch (cause) {
    const said = (cause as { stdout?: string }).stdout?.split('\n').find((line) => line.includes('ERROR')) ?? cause
    const remedy = 'See that Maven reaches its repository (`mvn -v`, ~/.m2/settings.xml), and start again'
    throw new MillraceError('MILLRACE_CLUSTER_DOWNLOAD', `Kafka ${kafkaVersion}`, String(said).trim(), remedy, {
      cause,
    })
  } finally {
    await rm(working, { recursive: true, force: true })
  }
  return libs
}

function pom(): string {
  const dependencies = artifacts.map(
    ([group, artifact, version]) =>
      `<dependency><groupId>${group}</groupId><artifactId>${artifact}</artifactId><version>${version}</version></dependency>`,
  )
  return `<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>millrace</groupId><artifactId>kafka</artifactId><version>1</version>
<dependencies>${dependencies.join('\n')}</dependencies></project>
`
}
