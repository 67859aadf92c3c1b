import type { ISocketFactory, SASLOptions } from 'kafkajs'
import type { ConnectionOptions } from 'node:tls'

/** What a Kafka log is told. */
export interface KafkaLogOptions {
  /** Where to begin to look for the cluster: host:port. */
  readonly brokers: readonly string[]
  /** Names this process in the brokers' logs and quotas. Default 'millrace'. */
  readonly clientId?: string
  readonly ssl?: ConnectionOptions
  readonly sasl?: SASLOptions
  /** Replicas of topics that are created. Default: as many as there are brokers, 3 at the most. */
  readonly replicationFactor?: number
  /** An open transaction whose producer is silent for this long is aborted by the cluster. Default 60,000. */
  readonly transactionTimeoutMs?: number
  /** How long the answer to one request may take. Default 30,000. */
  readonly requestTimeoutMs?: number
  /** How long a call tries again where the cluster is changing: a leader moves, a broker starts. Default 30,000. */
  readonly retryMs?: number
  /** Opens connections, as kafkajs's option of this name: for tunnels, and for tests. */
  readonly socketFactory?: ISocketFactory
  /** Bound of one record, key and value. Default 1,000,000, below what brokers take by default. */
  readonly maxRecordBytes?: number
}
