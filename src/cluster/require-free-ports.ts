import { MillraceError } from '../errors.ts'
import { isFreePort } from './free-port.ts'

/** Throws MILLRACE_CLUSTER_IN_USE where somebody listens on one of these ports of 127.0.0.1. */
export async function requireFreePorts(ports: readonly number[]): Promise<void> {
  for (const port of ports) {
    if (await isFreePort(port)) continue
    throw new MillraceError(
      'MILLRACE_CLUSTER_IN_USE',
      'local cluster',
      `port ${port} is in use`,
      'Stop what listens there, or choose another port (`npm run cluster -- --help`)',
    )
  }
}
