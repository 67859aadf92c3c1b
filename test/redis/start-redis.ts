import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { freePort } from '../../src/cluster/free-port.ts'
import { LocalRedis } from '../../src/cluster/local-redis.ts'
import { missingTools } from '../cluster/missing-tools.ts'

export const noRedis = missingTools([
  { command: 'redis-server', debianPackage: 'redis-server' },
  { command: 'openssl', debianPackage: 'openssl' },
])

/** A Redis of a test's own, killed when the test ends. */
export async function startRedis(settings: Readonly<Record<string, string>> = {}): Promise<LocalRedis> {
  const { redis, stop } = await startRedisForAll(settings)
  onTestFinished(stop)
  return redis
}

/** A Redis for all tests of a file, until it is stopped. */
export async function startRedisForAll(settings: Readonly<Record<string, string>> = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-redis-'))
  const redis = await LocalRedis.start({ port: await freePort(), folder, settings })
  const stop = async (): Promise<void> => {
    await redis.kill()
    rmSync(folder, { recursive: true, force: true })
  }
  return { redis, url: redis.url, stop }
}
