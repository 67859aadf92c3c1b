import { setTimeout as sleep } from 'node:timers/promises'
import { HttpRegistry } from '../codec/http-registry.ts'
import type { SchemaRegistry } from '../codec/schema-registry.ts'

const REACH_MS = 4000
const PAUSE_MS = 250

/**
 * Waits a few seconds for the schema registry to answer, where one is configured: a stream that runs bears one that is away
 * for longer. Throws MILLRACE_CODEC_REGISTRY_UNREACHABLE.
 */
export async function reachRegistry(registry: SchemaRegistry, patienceMs = REACH_MS): Promise<void> {
  if (!(registry instanceof HttpRegistry)) return
  const deadline = performance.now() + patienceMs
  for (;;) {
    try {
      return await registry.reach(Math.max(PAUSE_MS, deadline - performance.now()))
    } catch (error) {
      if (performance.now() + PAUSE_MS >= deadline) throw error
      await sleep(PAUSE_MS)
    }
  }
}
