import type { Config } from '../config/config-schema.ts'
import { redisOptionsOf } from '../service/redis-options-of.ts'
import { RedisConnection } from '../store/redis-connection.ts'
import { RedisRecordStore } from '../store/redis-record-store.ts'
import type { Finding } from './doctor-command.ts'

const what = 'Redis'

/** What `doctor` finds of Redis, where the configuration names one: whether a record can be written, read and deleted there. */
export async function doctorRedis(config: Config): Promise<Finding[]> {
  const redis = redisOptionsOf(config, 'doctor')
  if (redis === undefined) return []
  const records = new RedisRecordStore({ ...redis, hash: `${redis.application}:doctor` })
  try {
    const written = Buffer.from(new Date().toISOString())
    await records.put('record', written)
    await records.get('record')
    await records.delete('record')
    return [await memory(redis)]
  } catch (error) {
    return [{ what, state: 'wrong', detail: (error as Error).message }]
  } finally {
    await records.close()
  }
}

/** A server without a bound takes all memory there is; one that keeps old keys takes no new ones when it is full. */
async function memory(redis: { readonly url: string; readonly password: string }): Promise<Finding> {
  const connection = new RedisConnection(redis)
  const { place } = connection
  try {
    const information = await connection.use((client) => client.info('memory'))
    const most = Number(/maxmemory:(\d+)/.exec(information)?.[1] ?? 0)
    const policy = /maxmemory_policy:(\S+)/.exec(information)?.[1]
    if (most === 0) return { what, state: 'note', detail: `${place} takes as much memory as it wants (no maxmemory)` }
    if (policy !== 'noeviction') return { what, state: 'ok', detail: place }
    const detail = `${place} takes nothing more once its memory is full (maxmemory-policy noeviction)`
    return { what, state: 'note', detail }
  } catch {
    return { what, state: 'ok', detail: place } // its user may write there, and needs no more
  } finally {
    await connection.close()
  }
}
