import { type Static, Type } from 'typebox'

const duration = { pattern: '^\\d+(\\.\\d+)?(ms|s|m|h|d)$' }

/** Every key of the configuration: what it is for and what it may be. A property with `secret: true` is never shown. */
export const configSchema = Type.Object(
  {
    data: Type.String({ minLength: 1, description: 'Data directory: log, blobs and records' }),
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
    durability: Type.Enum(['power', 'process'], {
      description: 'What a commit survives: a power failure, or only the death of the process',
    }),
    commitInterval: Type.String({ ...duration, description: "Time between commits, a duration such as '100ms'" }),
    stopTimeout: Type.String({ ...duration, description: "How long a clean stop may take, a duration such as '30s'" }),
    logLevel: Type.Enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'], {
      description: 'Log lines from this level on',
    }),
  },
  { additionalProperties: false },
)

/** A whole configuration. */
export type Config = Static<typeof configSchema>
