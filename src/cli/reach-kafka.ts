import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Config } from '../config/config-schema.ts'
import { kafkaErrors } from '../log/kafka/kafka-errors.ts'

const REACH_MS = 4000
const PAUSE_MS = 250
/** What says that nobody is there, rather than that it takes long. */
const nobody: ReadonlySet<string | undefined> = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN'])

/**
 * Waits a few seconds for a broker to listen where one is configured. A stream that runs bears a cluster that is away for
 * longer; whoever starts a command has mistyped an address or forgotten the cluster. Throws MILLRACE_LOG_UNAVAILABLE.
 */
export async function reachKafka({ brokers }: Pick<Config, 'brokers'>, patienceMs = REACH_MS): Promise<void> {
  const deadline = performance.now() + patienceMs
  for (;;) {
    const failures = await Promise.all(brokers.split(',').map(failureAt))
    const [failure] = failures
    if (failures.some((one) => !nobody.has(one?.code))) return
    if (performance.now() >= deadline) throw kafkaErrors.unreachable(brokers, failure?.message || failure?.code)
    await sleep(PAUSE_MS)
  }
}

/** Why no connection comes about; undefined where one does. */
async function failureAt(address: string): Promise<NodeJS.ErrnoException | undefined> {
  const colon = address.lastIndexOf(':')
  return new Promise((resolve) => {
    const socket = connect({ host: address.slice(0, colon), port: Number(address.slice(colon + 1)), timeout: REACH_MS })
    const end = (failure?: NodeJS.ErrnoException): void => {
      socket.destroy()
      resolve(failure)
    }
    socket.once('connect', () => end()).once('timeout', () => end(new Error('no answer')))
    socket.once('error', end)
  })
}
