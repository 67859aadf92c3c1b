import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { MillraceError } from '../errors.ts'
import { LocalKafka } from './local-kafka.ts'
import { LocalRegistry } from './local-registry.ts'

const root = join(import.meta.dirname, '../..')
const usage = `npm run cluster -- [options]
  --brokers <count>       Kafka brokers (default 1)
  --port <port>           port of the first broker; the next ones follow, then their controllers' (default 9092)
  --registry-port <port>  port of the schema registry (default 8081)
  --no-registry           start none
  --data <folder>         where they keep their data (default .cache/cluster); remove it to begin anew
`

interface ClusterOptions {
  readonly brokers: number
  readonly port: number
  readonly registryPort: number | undefined
  readonly data: string
}

/** Starts the services on this machine and keeps them until Ctrl-C or SIGTERM. */
export async function startLocalCluster(args: readonly string[]): Promise<void> {
  const options = readOptions(args)
  if (options === undefined) {
    process.stdout.write(usage)
    return
  }
  const { brokers, port, registryPort, data } = options
  const stopped = new Promise<string>((resolve) => {
    for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => resolve(name))
  })
  const cache = join(root, '.cache')
  await mkdir(data, { recursive: true })
  const ports = Array.from({ length: brokers }, (_, i) => [port + i, port + brokers + i] as const)
  const kafka = await LocalKafka.start({ cache, folder: data, ports })
  let registry: LocalRegistry | undefined
  try {
    if (registryPort !== undefined) {
      const logFile = join(data, 'registry.log')
      registry = await LocalRegistry.start({ cache, port: registryPort, logFile, folder: data })
    }
    process.stdout.write(ready(kafka, registry))
    process.stdout.write(`${await stopped}: stopping\n`)
  } finally {
    await Promise.all([kafka.stop(), registry?.stop()])
  }
}

function ready(kafka: LocalKafka, registry: LocalRegistry | undefined): string {
  const brokers = kafka.brokers.join(',')
  const variables = [`MILLRACE_LOG=kafka MILLRACE_BROKERS=${brokers}`]
  if (registry !== undefined) variables.push(`MILLRACE_REGISTRY=${registry.url}`)
  return `Kafka is ready: ${brokers}
${registry === undefined ? '' : `The schema registry is ready: ${registry.url}\n`}Play the demo on it in another terminal: ${variables.join(' ')} npm start
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
      data: { type: 'string', default: join(root, '.cache/cluster') },
      help: { type: 'boolean', default: false },
    } as const
    const { values } = parseArgs({ args: [...args], options })
    const [brokers, port, registryPort] = [values.brokers, values.port, values['registry-port']].map(Number)
    const arePorts = [port, registryPort].every((one) => Number.isInteger(one) && one >= 1 && one < 65_500)
    if (values.help || !(Number.isInteger(brokers) && brokers >= 1 && brokers <= 9) || !arePorts) return undefined
    return { brokers, port, registryPort: values['no-registry'] ? undefined : registryPort, data: values.data }
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
