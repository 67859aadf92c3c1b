import { Ajv2020 } from 'ajv/dist/2020.js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { MemoryLog } from '../../src/log/memory-log.ts'
import { type Content, type OpenApi, openApiOf, type Operation, violations } from './expect-conforming.ts'
import { FlightService } from './flight-service.ts'

let service: FlightService
let document: OpenApi
const operations: { name: string; path: string; operation: Operation }[] = []

beforeAll(async () => {
  service = await FlightService.open({ log: new MemoryLog() })
  await service.app.ready()
  document = openApiOf(service.app)
  for (const [path, methods] of Object.entries(document.paths)) {
    for (const [method, operation] of Object.entries(methods))
      operations.push({ name: `${method} ${path}`, path, operation })
  }
})

afterAll(() => service.close())

function contentsOf({ requestBody, responses }: Operation): [string, Content][] {
  const all = [
    ...Object.entries(requestBody?.content ?? {}),
    ...Object.values(responses).flatMap(({ content }) => Object.entries(content ?? {})),
  ]
  return all
}

function examplesOf(content: Content): unknown[] {
  if (content.example !== undefined) return [content.example]
  if (content.examples !== undefined) return Object.values(content.examples).map(({ value }) => value)
  return (content.schema as { examples?: unknown[] }).examples ?? []
}

describe('the OpenAPI document', () => {
  it('is served, with a page to read it', async () => {
    const served = await service.app.inject('/docs/json')
    expect(served.json()).toEqual(JSON.parse(JSON.stringify(document)))
    expect(served.json().openapi).toBe('3.1.0')
    const page = await service.app.inject('/docs')
    expect(page.body).toContain('<title>Millrace API</title>')
    const assets = [...page.body.matchAll(/(?:href|src)="([^"]+)"/g)].map(([, url]) => url)
    expect(assets.length).toBeGreaterThan(4)
    for (const url of assets) expect((await service.app.inject(url)).statusCode, url).toBe(200)
  })

  it('has all routes', () => {
    expect(operations.map(({ name }) => name).sort()).toEqual([
      'get /health',
      'get /metrics',
      'get /ready',
      'get /streams',
      'get /streams/{name}',
      'get /streams/{name}/metrics',
      'get /streams/{name}/models',
      'get /streams/{name}/predictions',
      'get /streams/{name}/signals',
      'post /streams/{name}/commands',
      'post /streams/{name}/inputs/{input}/records',
    ])
  })

  it('names each operation once, and says what each is', () => {
    const ids = operations.map(({ operation }) => operation.operationId)
    expect(new Set(ids).size).toBe(ids.length)
    for (const { operation } of operations) {
      expect(operation.summary).toMatch(/\S/)
      expect(operation.tags).toHaveLength(1)
    }
  })

  it('declares every parameter of every path, with an example', () => {
    for (const { path, operation } of operations) {
      const parameters = operation.parameters ?? []
      const inPath = [...path.matchAll(/{(\w+)}/g)].map(([, name]) => name)
      expect(parameters.filter((one) => one.in === 'path' && one.required).map(({ name }) => name)).toEqual(inPath)
      for (const { name, schema } of parameters) {
        const [example] = examplesOf({ schema, ...(parameters.find((one) => one.name === name) as object) })
        expect({ path, name, example: example !== undefined, wrong: violations(schema, example) }).toEqual({
          path,
          name,
          example: true,
          wrong: [],
        })
      }
    }
  })

  it('has a valid schema and examples that follow it wherever something is sent', () => {
    const ajv = new Ajv2020({ strict: false })
    for (const { name, operation } of operations) {
      for (const { description } of Object.values(operation.responses)) expect(description).toMatch(/\S/)
      for (const [type, content] of contentsOf(operation)) {
        expect(ajv.validateSchema(content.schema)).toBe(true)
        const examples = examplesOf(content)
        expect({ name, type, examples: examples.length > 0 }).toEqual({ name, type, examples: true })
        for (const example of examples)
          expect({ name, type, wrong: violations(content.schema, example) }).toEqual({ name, type, wrong: [] })
      }
    }
  })

  it('asks for no parameter that has a default', () => {
    const asked = operations.flatMap(({ operation }) => (operation.parameters ?? []).filter((one) => one.required))
    expect(asked.filter((one) => one.in === 'query')).toEqual([])
    expect(asked.length).toBeGreaterThan(5)
  })

  it('declares problems as what they are sent as', () => {
    const types = operations
      .flatMap(({ operation }) => Object.entries(operation.responses))
      .filter(([status]) => !status.startsWith('2'))
      .flatMap(([, { content }]) => Object.keys(content ?? { nothing: true }))
    expect(new Set(types)).toEqual(new Set(['application/problem+json']))
  })

  it('declares an answer for failure on every route', () => {
    for (const { operation } of operations) expect(Object.keys(operation.responses)).toContain('5XX')
  })
})
