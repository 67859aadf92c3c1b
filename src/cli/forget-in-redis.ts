import type { Config } from '../config/config-schema.ts'
import { forgetProjection } from '../projection/forget-projection.ts'
import { redisOptionsOf } from '../service/redis-options-of.ts'
import type { Terminal } from './terminal.ts'

/** Deletes what a stream that was reset has in Redis, where the configuration names one; gives the number of keys. */
export async function forgetInRedis(config: Config, stream: string, terminal: Terminal): Promise<number> {
  const redis = redisOptionsOf(config, stream)
  if (redis === undefined) return 0
  try {
    return await forgetProjection(redis)
  } catch (error) {
    terminal.note(`Redis keeps what it has of '${stream}': ${(error as Error).message}`)
    return 0
  }
}
