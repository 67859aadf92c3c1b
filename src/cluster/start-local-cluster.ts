import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { MillraceError } from '../errors.ts'
import { claimFolder } from './claim-folder.ts'
import { LocalKafka } from './local-kafka.ts'
import { LocalRedis } from './local-redis.ts'
import { LocalRegistry } from './local-registry.ts'
import { requireFreePorts } from './require-free-ports.ts'

const root = join(import.meta.dirname, '../..')
const usage = `npm run cluster -- [options]
  --brokers <count>       Kafka brokers (default 1)
  --port <port>           port of the first broker; the next ones follow, then their controllers' (default 9092)
  --registry-port <port>  port of the schema registry (default 8081)
  --no-registry           start none
  --redis-port <port>     port of Redis (default 6379)
  --no-redis              start none
  --data <folder>         where they keep their data (default .cache/cluster); remove it to begin anew
`

interface ClusterOptions {
  readonly brokers: number
  readonly port: number
  readonly registryPort: number | undefined
  readonly redisPort: number | undefined
  readonly data: string
}

/** Starts the services on this machine and keeps them until Ctrl-C or SIGTERM. */
export async function startLocalCluster(args: readonly string[]): Promise<void> {
  const options = readOptions(args)
  if (options === undefined) {
    process.stdout.write(usage)
    return
  }
  const { brokers, port, registryPort, redisPort, data } = options
  // For good: npm hands on a Ctrl-C that the terminal has told of already, and a second one must not end this before the others.
  const stopped = new Promise<string>((resolve) => {
    for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => resolve(name))
  })
  const cache = join(root, '.cache')
  const ports = Array.from({ length: brokers }, (_, i) => [port + i, port + brokers + i] as const)
  await mkdir(data, { recursive: true })
  const release = claimFolder(data)
  const running: { stop(): Promise<void> }[] = []
  const added = <Service extends { stop(): Promise<void> }>(service: Service): Service => {
    running.push(service)
    return service
  }
  try {
    await requireFreePorts([...ports.flat(), registryPort ?? [], redisPort ?? []].flat())
    // The quickest first: what is missing shows before anything takes long.
    const redis =
      redisPort === undefined
        ? undefined
        : added(await LocalRedis.start({ port: redisPort, folder: join(data, 'redis') }))
    const kafka = added(await LocalKafka.start({ cache, folder: data, ports }))
    const logFile = join(data, 'registry.log')
    const registry =
      registryPort === undefined
        ? undefined
        : added(await LocalRegistry.start({ cache, port: registryPort, logFile, folder: data }))
    process.stdout.write(ready(kafka, registry, redis))
    process.stdout.write(`${await stopped}: stopping\n`)
  } finally {
    await Promise.all(running.map((service) => service.stop()))
    release()
  }
}

function ready(kafka: LocalKafka, registry: LocalRegistry | undefined, redis: LocalRedis | undefined): string {
  const brokers = kafka.brokers.join(',')
  const variables = [`MILLRACE_LOG=kafka MILLRACE_BROKERS=${brokers}`]
  if (registry !== undefined) variables.push(`MILLRACE_REGISTRY=${registry.url}`)
  if (redis !== undefined) variables.push(`MILLRACE_REDIS=${redis.url}`)
  return `Kafka is ready: ${brokers}
${registry === undefined ? '' : `The schema registry is ready: ${registry.url}\n`}${redis === undefined ? '' : `Redis is ready: ${redis.url}\n`}Play the demo on it in another terminal: ${variables.join(' ')} npm start
Ctrl-C stops it.
`
}

function readOptions(args: readonly string[]): ClusterOptions | undefined {
  try {
    const options = {
      brokers: { type: 'string', default: '1' },
      port: { type: 'string', default: '9092' },
      'registry-port': { type: 'string', default: '8081' },
      'no-registry': { type: 'boolean', default: false },
      'redis-port': { type: 'string', default: '6379' },
      'no-redis': { type: 'boolean', default: false },
      data: { type: 'string', default: join(root, '.cache/cluster') },
      help: { type: 'boolean', default: false },
    } as const
    const { values } = parseArgs({ args: [...args], options })
    const numbers = [values.brokers, values.port, values['registry-port'], values['redis-port']]
    const [brokers, port, registryPort, redisPort] = numbers.map(Number)
    const arePorts = [port, registryPort, redisPort].every((one) => Number.isInteger(one) && one >= 1 && one < 65_500)
    if (values.help || !(Number.isInteger(brokers) && brokers >= 1 && brokers <= 9) || !arePorts) return undefined
    return {
      brokers,
      port,
      registryPort: values['no-registry'] ? undefined : registryPort,
      redisPort: values['no-redis'] ? undefined : redisPort,
      data: values.data,
    }
  } catch {
    return undefined
  }
}

if (import.meta.main) {
  startLocalCluster(process.argv.slice(2)).catch((error: unknown) => {
    process.stderr.write(`millrace: ${error instanceof Error ? error.message : String(error)}\n`)
    process.exitCode = error instanceof MillraceError ? error.exitCode : 70
  })
}
