import { defaultConfig } from '../src/config/default-config.ts'
import type { EmbeddedPlatform } from '../src/service/embedded-platform.ts'
import { openPlatform } from '../src/service/open-platform.ts'

/** Names the variable that has a bench and its programs run on Kafka: its value is the brokers. */
export const benchKafka = 'BENCH_KAFKA'

/** What a bench runs on: the embedded log of a data directory, or the Kafka that the environment names. */
export function benchPlatform(
  data: string,
  durability: 'power' | 'process',
  options: { readonly readOnly?: boolean } = {},
): EmbeddedPlatform {
  const brokers = process.env[benchKafka]
  const log = brokers === undefined ? 'embedded' : 'kafka'
  return openPlatform(
    { ...defaultConfig, data, durability, application: 'bench', log, brokers: brokers ?? '' },
    options,
  )
}
