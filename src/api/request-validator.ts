import { Ajv } from 'ajv'
import type { FastifySchemaCompiler } from 'fastify'

const strict = new Ajv({ allErrors: true, strict: false, useDefaults: true })
/** Parts of a URL and headers are text: numbers and booleans are read out of it. */
const reading = new Ajv({ allErrors: true, strict: false, useDefaults: true, coerceTypes: true })

/** Checks requests by their schemas: a body's values must be of their types as they are. */
export const requestValidator: FastifySchemaCompiler<object> = ({ schema, httpPart }) =>
  (httpPart === 'body' ? strict : reading).compile(schema)
