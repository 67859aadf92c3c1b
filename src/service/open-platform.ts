import type { Config } from '../config/config-schema.ts'
import { EmbeddedPlatform } from './embedded-platform.ts'
import type { KafkaConfig } from './kafka-options-of.ts'
import { KafkaPlatform } from './kafka-platform.ts'

/** What a configuration says streams run on. Throws MILLRACE_LOG_*, MILLRACE_STORE_*. */
export function openPlatform(
  config: KafkaConfig & Pick<Config, 'log' | 'data' | 'blobs' | 'durability' | 'registry' | 'sessionTimeout'>,
  options: { readonly readOnly?: boolean } = {},
): EmbeddedPlatform {
  return config.log === 'kafka' ? new KafkaPlatform(config) : new EmbeddedPlatform(config, options)
}
