import { createServer, type RequestListener } from 'node:http'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { freePort } from '../../src/cluster/free-port.ts'
import { LocalRegistry } from '../../src/cluster/local-registry.ts'
import { HttpRegistry } from '../../src/codec/http-registry.ts'
import { ManualClock } from '../contracts/manual-clock.ts'
import { type RegistryUnderTest, schemaRegistrySuite } from '../contracts/schema-registry-suite.ts'

const folder = mkdtempSync(join(tmpdir(), 'millrace-registry-'))
let server: LocalRegistry

beforeAll(async () => {
  if (inject('kafka') === '') return // what it needs is missing, as for Kafka
  const cache = join(import.meta.dirname, '../../.cache')
  server = await LocalRegistry.start({ cache, port: await freePort(), logFile: join(folder, 'log'), install: true })
}, 120_000)

afterAll(async () => {
  await server?.stop()
  rmSync(folder, { recursive: true })
})

async function empty(): Promise<void> {
  const subjects = (await (await fetch(`${server.url}/subjects`)).json()) as string[]
  for (const subject of subjects)
    await fetch(`${server.url}/subjects/${encodeURIComponent(subject)}`, { method: 'DELETE' })
}

const event = { type: 'record', name: 'Event', fields: [{ name: 'id', type: 'string' }] } as const

describe('a registry over HTTP, Apicurio', () => {
  schemaRegistrySuite(async () => {
    await empty()
    const open = () => new HttpRegistry({ url: server.url })
    const opened: RegistryUnderTest = { registry: open(), reopen: async () => open(), close: async () => {} }
    return opened
  })

  test('answers when it is asked whether it is there, also without schemas; another path of it does not', async () => {
    await expect(new HttpRegistry({ url: server.url }).reach(5000)).resolves.toBeUndefined()
    const elsewhere = new HttpRegistry({ url: new URL('/elsewhere', server.url).href })
    await expect(elsewhere.reach(5000)).rejects.toMatchObject({ code: 'MILLRACE_CODEC_REGISTRY_UNREACHABLE' })
  })

  test('takes records only: the client does', async () => {
    const registry = new HttpRegistry({ url: server.url })
    const refused = { code: 'MILLRACE_CODEC_SCHEMA', message: expect.stringContaining('named types only') }
    await expect(registry.register('events-value', 'string')).rejects.toMatchObject(refused)
  })

  test('leaves the level of compatibility that a subject has', async () => {
    await empty()
    const registry = new HttpRegistry({ url: server.url })
    await registry.register('events-value', event)
    const level = async () => (await (await fetch(`${server.url}/config/events-value`)).json()) as object
    expect(await level()).toEqual({ compatibilityLevel: 'BACKWARD' })
    const body = JSON.stringify({ compatibility: 'NONE' })
    const headers = { 'content-type': 'application/json' }
    await fetch(`${server.url}/config/events-value`, { method: 'PUT', headers, body })
    await registry.register('events-value', { ...event, fields: [{ name: 'id', type: 'int' }] })
    expect(await level()).toEqual({ compatibilityLevel: 'NONE' })
  })
})

/** A server that answers as told, and how often it was asked. */
async function answering(answer: RequestListener) {
  let asked = 0
  const running = createServer((request, response) => {
    asked++
    answer(request, response)
  }).listen(0, '127.0.0.1')
  await once(running, 'listening')
  return {
    url: `http://127.0.0.1:${(running.address() as AddressInfo).port}`,
    asked: () => asked,
    close: () => running.close().closeAllConnections(),
  }
}

describe('a registry over HTTP', () => {
  const unreachable = { code: 'MILLRACE_CODEC_REGISTRY_UNREACHABLE', retryable: true }

  test('asks for an unknown id once in a while, for a known one once', async () => {
    const clock = new ManualClock()
    const known = await answering(({ url }, response) => {
      const isKnown = url === '/schemas/ids/1'
      response.statusCode = isKnown ? 200 : 404
      response.end(JSON.stringify(isKnown ? { schema: JSON.stringify(event) } : { error_code: 40403 }))
    })
    const registry = new HttpRegistry({ url: known.url, clock, unknownMs: 1000 })
    for (let i = 0; i < 3; i++) {
      expect(await registry.schemaOf(2)).toBeUndefined()
      expect(await registry.schemaOf(1)).toEqual(event)
    }
    expect(known.asked()).toBe(2)
    clock.advance(1000)
    expect(await registry.schemaOf(2)).toBeUndefined()
    expect(known.asked()).toBe(3)
    known.close()
  })

  test.each([
    ['an error of its own', 500, '{"error_code":50001}'],
    ['garbage', 200, '<html>'],
    ['something else', 200, '{"id":1}'],
    ['that there is no such page', 404, '{"error_code":404}'],
    ['that we may not', 401, '{"error_code":401}'],
  ])('that answers with %s is one that can not be asked, and says nothing of an id', async (_, status, body) => {
    const broken = await answering((_request, response) => {
      response.statusCode = status
      response.end(body)
    })
    const registry = new HttpRegistry({ url: broken.url })
    await expect(registry.schemaOf(1)).rejects.toMatchObject(unreachable)
    if (status !== 404) await expect(registry.register('events-value', event)).rejects.toMatchObject(unreachable)
    broken.close()
  })

  test('that is not there, or does not answer in time, is one that can not be asked', async () => {
    const nobody = new HttpRegistry({ url: `http://127.0.0.1:${await freePort()}` })
    await expect(nobody.schemaOf(1)).rejects.toMatchObject(unreachable)
    await expect(nobody.register('events-value', event)).rejects.toMatchObject(unreachable)
    const silent = await answering(() => {})
    const registry = new HttpRegistry({ url: silent.url, timeoutMs: 30 })
    await expect(registry.schemaOf(1)).rejects.toMatchObject(unreachable)
    await expect(registry.register('events-value', event)).rejects.toMatchObject(unreachable)
    silent.close()
  })

  test('refuses what is no Avro schema, and gives its name and password along', async () => {
    let authorization: string | undefined
    const other = await answering(({ url, headers }, response) => {
      authorization = headers.authorization
      const schema = url === '/schemas/ids/1' ? '{"type":"recrod"}' : 'syntax = "proto3";'
      response.end(JSON.stringify({ schema, ...(url === '/schemas/ids/2' ? { schemaType: 'PROTOBUF' } : {}) }))
    })
    const registry = new HttpRegistry({ url: other.url, user: { name: 'mill', password: 'race' } })
    for (const id of [1, 2, 3]) {
      await expect(registry.schemaOf(id)).rejects.toMatchObject({ code: 'MILLRACE_CODEC_SCHEMA' })
    }
    expect(authorization).toBe(`Basic ${Buffer.from('mill:race').toString('base64')}`)
    authorization = undefined
    const named = new HttpRegistry({ url: other.url.replace('//', '//mill:r%40ce@') })
    const hidden = { message: expect.not.stringContaining('r@ce') }
    await expect(named.schemaOf(1)).rejects.toMatchObject(hidden)
    expect(authorization).toBe(`Basic ${Buffer.from('mill:r@ce').toString('base64')}`)
    other.close()
  })
})
