import { type Static, Type } from 'typebox'

const duration = { pattern: '^\\d+(\\.\\d+)?(ms|s|m|h|d)$' }

/** Every key of the configuration: what it is for and what it may be. A property with `secret: true` is never shown. */
export const configSchema = Type.Object(
  {
    data: Type.String({ minLength: 1, description: 'Data directory: log, blobs and records' }),
    blobs: Type.String({
      description:
        'Folder of blobs: snapshots, model files, writer schemas; `blobs` in the data directory where it is empty. On Kafka all processes of a stream need the same',
    }),
    application: Type.String({
      pattern: '^[a-z][a-z0-9-]*$',
      description: 'Name of this installation: small letters, digits and dashes, a letter first',
    }),
    streams: Type.String({ minLength: 1, description: 'Folder of stream files' }),
    schemas: Type.String({ minLength: 1, description: 'Folder of Avro schemas' }),
    host: Type.String({ minLength: 1, description: 'Address that the API listens on' }),
    port: Type.Integer({
      minimum: 0,
      maximum: 65_535,
      description: 'Port that the API listens on; 0 takes any free one',
    }),
    log: Type.Enum(['embedded', 'kafka'], {
      description: 'Where topics are: in the data directory, or in a Kafka cluster',
    }),
    brokers: Type.String({
      pattern: '^[^\\s,:]+:\\d+(,[^\\s,:]+:\\d+)*$',
      description: 'Brokers of the Kafka cluster to begin with: host:port, separated by commas',
    }),
    kafkaUser: Type.String({
      description: 'Name that this process has for Kafka (SASL); none where brokers ask for none',
    }),
    kafkaPassword: Type.String({ description: 'Password of that user', secret: true }),
    kafkaMechanism: Type.Enum(['plain', 'scram-sha-256', 'scram-sha-512'], {
      description: 'How user and password are proved to the brokers',
    }),
    kafkaTls: Type.Boolean({
      description:
        'Whether brokers are spoken to over TLS: `true` or `false`; certificates are those Node trusts (NODE_EXTRA_CA_CERTS)',
    }),
    sessionTimeout: Type.String({
      ...duration,
      description:
        "On Kafka: a process that its group has not heard of for so long is given up, and a standby takes over; a duration such as '6s'",
    }),
    registry: Type.String({
      pattern: '^(https?://[^\\s]*[^\\s/])?$',
      description:
        "Schema registry with Confluent's API: its address, such as `http://127.0.0.1:8081`; without one, schemas are in the data directory",
    }),
    redis: Type.String({
      pattern: '^(rediss?://[^\\s]+)?$',
      description:
        'Redis that others read the latest predictions and features from: its address, such as `redis://127.0.0.1:6379` (`rediss:` for TLS); none by default',
    }),
    redisPassword: Type.String({ description: 'Password of the user that `redis` names', secret: true }),
    redisTtl: Type.String({
      ...duration,
      description: "How long what is in Redis stays after it was last written, a duration such as '24h'",
    }),
    durability: Type.Enum(['power', 'process'], {
      description: 'What a commit survives: a power failure, or only the death of the process',
    }),
    commitInterval: Type.String({ ...duration, description: "Time between commits, a duration such as '100ms'" }),
    stopTimeout: Type.String({ ...duration, description: "How long a clean stop may take, a duration such as '30s'" }),
    keepModels: Type.Integer({
      minimum: 0,
      maximum: 100,
      description:
        'Versions of models that have left the race and keep their files: so many that served, and as many that did not',
    }),
    logLevel: Type.Enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'], {
      description: 'Log lines from this level on',
    }),
  },
  { additionalProperties: false },
)

/** A whole configuration. */
export type Config = Static<typeof configSchema>
