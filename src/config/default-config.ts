import type { Config } from './config-schema.ts'

/** What holds where nobody says otherwise. */
export const defaultConfig: Config = Object.freeze({
  data: './.millrace',
  blobs: '',
  application: 'millrace',
  streams: 'streams',
  schemas: 'schemas',
  host: '127.0.0.1',
  port: 8080,
  log: 'embedded',
  brokers: '127.0.0.1:9092',
  kafkaUser: '',
  kafkaPassword: '',
  kafkaMechanism: 'scram-sha-512',
  kafkaTls: false,
  sessionTimeout: '6s',
  registry: '',
  redis: '',
  redisPassword: '',
  redisTtl: '24h',
  durability: 'power',
  commitInterval: '100ms',
  stopTimeout: '30s',
  keepModels: 10,
  logLevel: 'info',
})
