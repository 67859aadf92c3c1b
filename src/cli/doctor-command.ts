import { accessSync, constants, existsSync, statfsSync } from 'node:fs'
import { createServer } from 'node:net'
import { dirname } from 'node:path'
import { Command } from 'commander'
import { readSchemas } from '../codec/read-schemas.ts'
import { MillraceError } from '../errors.ts'
import { DirectoryLock } from '../log/directory-lock.ts'
import { type LoadedStream, loadStream, streamNames } from '../service/load-stream.ts'
import { millraceVersion } from '../service/millrace-version.ts'
import { doctorKafka } from './doctor-kafka.ts'
import { doctorRedis } from './doctor-redis.ts'
import { formatCount } from './format.ts'
import { Project } from './project.ts'
import { writeTypes } from './types-command.ts'
import { typedCommand } from './typed-command.ts'
import { unreadableInputs } from './unreadable-inputs.ts'

/** One thing that was looked at. */
export interface Finding {
  readonly what: string
  /** ok: as it should be. note: works, and somebody may want to know. wrong: something will not work. */
  readonly state: 'ok' | 'note' | 'wrong'
  readonly detail: string
}

const GIGABYTE = 1e9
const WRONG = 78

/** `millrace doctor` */
export function doctorCommand(): Command {
  return new Command('doctor')
    .summary('check that everything a stream needs is in order')
    .description(
      'Checks Node, the configuration, the data directory, its disk, the port, the schemas, their types, every stream, and, where they are named, the Kafka cluster, the schema registry and Redis. The exit code is not 0 where something will not work.',
    )
    .addHelpText(
      'after',
      `
Examples:
  millrace doctor
  millrace doctor --json`,
    )
    .action(async (_options: object, command: Command) => {
      const project = Project.of(command)
      const { terminal } = project
      const findings = [
        node(),
        ...dataDirectory(project),
        await port(project),
        ...(await schemas(project)),
        ...(await streams(project)),
        ...(await kafka(project)),
        ...(await doctorRedis(project.config)),
      ]
      if (project.json) terminal.json(findings)
      else {
        const signs = {
          ok: terminal.style('green', 'ok   '),
          note: terminal.style('cyan', 'note '),
          wrong: terminal.style('red', 'wrong'),
        }
        const width = Math.max(14, ...findings.map(({ what }) => what.length)) + 2
        for (const { what, state, detail } of findings) terminal.line(`${signs[state]}  ${what.padEnd(width)}${detail}`)
      }
      if (findings.some(({ state }) => state === 'wrong')) process.exitCode = WRONG
    })
}

function node(): Finding {
  return { what: 'versions', state: 'ok', detail: `Millrace ${millraceVersion}, Node ${process.versions.node}` }
}

function dataDirectory({ config: { data } }: Project): Finding[] {
  const what = 'data directory'
  let folder = data
  while (!existsSync(folder)) folder = dirname(folder)
  const findings: Finding[] = []
  try {
    accessSync(folder, constants.W_OK)
    if (existsSync(data)) new DirectoryLock(data).release()
    findings.push({ what, state: 'ok', detail: existsSync(data) ? data : `${data} (will be made)` })
  } catch (error) {
    const inUse = error instanceof MillraceError && error.code === 'MILLRACE_LOG_IN_USE'
    const { message } = error as Error
    const detail = inUse ? message.replace(/ is using it\. .*$/s, ' is using it, as a running stream does') : message
    findings.push({ what, state: inUse ? 'note' : 'wrong', detail })
  }
  const { bavail, bsize } = statfsSync(folder)
  const free = bavail * bsize
  findings.push({
    what: 'disk',
    state: free < GIGABYTE ? 'note' : 'ok',
    detail: `${formatCount(free / 1e6)} MB are free`,
  })
  return findings
}

async function port({ config: { host, port: number } }: Project): Promise<Finding> {
  const what = 'API address'
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', (error: NodeJS.ErrnoException) => {
      const used = error.code === 'EADDRINUSE'
      resolve({
        what,
        state: used ? 'note' : 'wrong',
        detail: used ? `${host}:${number} is in use, perhaps by a running stream` : error.message,
      })
    })
    server.listen(number, host, () =>
      server.close(() => resolve({ what, state: 'ok', detail: `${host}:${number} is free` })),
    )
  })
}

async function schemas({ config }: Project): Promise<Finding[]> {
  const findings: Finding[] = []
  try {
    const all = await readSchemas(config.schemas)
    findings.push({ what: 'schemas', state: 'ok', detail: `${all.size} in ${config.schemas}` })
    await writeTypes(config.schemas, true)
    findings.push({ what: 'types', state: 'ok', detail: 'schemas.d.ts is current' })
  } catch (error) {
    findings.push({
      what: findings.length === 0 ? 'schemas' : 'types',
      state: findings.length === 0 ? 'wrong' : 'note',
      detail: (error as Error).message,
    })
  }
  return findings
}

async function kafka({ config }: Project): Promise<Finding[]> {
  if (config.log !== 'kafka') return []
  const loaded = await Promise.allSettled(streamNames(config.streams).map((name) => loadStream(config, name)))
  const inputs = loaded.flatMap((one) => (one.status === 'fulfilled' ? one.value.graph.inputs : []))
  return doctorKafka(config, [...new Set(inputs.map(({ topic }) => topic))])
}

/** Of a log that can be read; what is wrong with a cluster is a finding of its own. */
async function unreadableOf(project: Project, loaded: LoadedStream): Promise<string[]> {
  if (!project.hasData) return []
  return project.withPlatform((platform) => unreadableInputs(loaded, platform), { readOnly: true }).catch(() => [])
}

async function streams(project: Project): Promise<Finding[]> {
  const { config } = project
  const names = streamNames(config.streams)
  if (names.length === 0)
    return [
      {
        what: 'streams',
        state: 'note',
        detail: `there are none in ${config.streams}: make one with ${typedCommand('new')}`,
      },
    ]
  return Promise.all(
    names.map(async (name): Promise<Finding> => {
      try {
        const loaded = await loadStream(config, name)
        const { graph } = loaded
        const unreadable = await unreadableOf(project, loaded)
        if (unreadable.length > 0) return { what: `stream ${name}`, state: 'wrong', detail: unreadable.join(' ') }
        return {
          what: `stream ${name}`,
          state: 'ok',
          detail: `${graph.label.problem}, ${graph.model.columns.length} columns, reads ${graph.inputs.map(({ topic }) => topic).join(', ')}`,
        }
      } catch (error) {
        return { what: `stream ${name}`, state: 'wrong', detail: (error as Error).message }
      }
    }),
  )
}
