import { Ajv2020 } from 'ajv/dist/2020.js'
import type { FastifyInstance } from 'fastify'
import { expect } from 'vitest'

/** The parts of an OpenAPI document that tests look at. */
export interface OpenApi {
  readonly openapi: string
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
}

export interface Operation {
  readonly operationId: string
  readonly summary: string
  readonly tags: readonly string[]
  readonly parameters?: readonly { name: string; in: string; required?: boolean; schema: object }[]
  readonly requestBody?: { content: Readonly<Record<string, Content>> }
  readonly responses: Readonly<Record<string, { description: string; content?: Readonly<Record<string, Content>> }>>
}

export interface Content {
  readonly schema: object
  readonly example?: unknown
  readonly examples?: Readonly<Record<string, { value: unknown }>>
}

const ajv = new Ajv2020({ strict: false, allErrors: true })

export function openApiOf(app: FastifyInstance): OpenApi {
  return app.swagger() as unknown as OpenApi
}

/** What is wrong with a value by a schema in which objects may have no other properties than those it names. */
export function violations(schema: object, value: unknown): string[] {
  const validate = ajv.compile(closed(schema) as object)
  validate(value)
  return (validate.errors ?? []).map(
    ({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`,
  )
}

/** Fails unless an answer is what the OpenAPI document says of its route. */
export function expectConforming(
  app: FastifyInstance,
  [method, path]: readonly [method: string, path: string],
  response: { readonly statusCode: number; readonly headers: Record<string, unknown>; readonly body: string },
): void {
  const { responses } = openApiOf(app).paths[path][method]
  const { statusCode } = response
  const declared = responses[statusCode] ?? responses[`${Math.floor(statusCode / 100)}XX`]
  expect({ declared: Object.keys(responses), statusCode, isDeclared: declared !== undefined }).toMatchObject({
    isDeclared: true,
  })
  const [type] = String(response.headers['content-type']).split(';')
  expect(Object.keys(declared.content!)).toContain(type)
  expect(violations(declared.content![type].schema, JSON.parse(response.body))).toEqual([])
}

function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed)
  if (typeof schema !== 'object' || schema === null) return schema
  const inner = Object.fromEntries(Object.entries(schema).map(([name, value]) => [name, closed(value)]))
  return inner.type === 'object' && inner.properties !== undefined ? { additionalProperties: false, ...inner } : inner
}
