import type { Config } from '../config/config-schema.ts'
import type { KafkaLogOptions } from '../log/kafka/kafka-options.ts'

/** What of a configuration is about Kafka. */
export type KafkaConfig = Pick<
  Config,
  'application' | 'brokers' | 'kafkaUser' | 'kafkaPassword' | 'kafkaMechanism' | 'kafkaTls'
>

/** What a configuration tells a Kafka log. */
export function kafkaOptionsOf(config: KafkaConfig): KafkaLogOptions {
  const { application, brokers, kafkaUser: username, kafkaPassword: password, kafkaMechanism: mechanism } = config
  return {
    brokers: brokers.split(','),
    clientId: application,
    ...(config.kafkaTls ? { ssl: {} } : {}),
    ...(username === '' ? {} : { sasl: { mechanism, username, password } }),
  }
}
