import { RedisConnection, type RedisConnectionOptions } from '../store/redis-connection.ts'

/** Deletes all that a stream has in Redis; gives how many keys those were. Throws as `RedisConnection`. */
export async function forgetProjection(
  options: RedisConnectionOptions & { readonly application: string; readonly stream: string },
): Promise<number> {
  const connection = new RedisConnection(options)
  try {
    return await connection.use(async (client) => {
      let deleted = 0
      let cursor = '0'
      do {
        const [next, keys] = await client.scan(
          cursor,
          'MATCH',
          `${options.application}:${options.stream}:*`,
          'COUNT',
          1000,
        )
        if (keys.length > 0) deleted += await client.unlink(...keys)
        cursor = next
      } while (cursor !== '0')
      return deleted
    })
  } finally {
    await connection.close()
  }
}
