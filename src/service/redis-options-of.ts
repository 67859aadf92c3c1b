import type { Config } from '../config/config-schema.ts'

/** What a configuration says of writing a stream to Redis; undefined where it names none. */
export function redisOptionsOf(
  config: Pick<Config, 'application' | 'redis' | 'redisPassword'>,
  stream: string,
): { url: string; password: string; application: string; stream: string } | undefined {
  const { application, redis: url, redisPassword: password } = config
  return url === '' ? undefined : { url, password, application, stream }
}
