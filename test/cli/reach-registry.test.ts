import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { reachRegistry } from '../../src/cli/reach-registry.ts'
import { EmbeddedRegistry } from '../../src/codec/embedded-registry.ts'
import { HttpRegistry } from '../../src/codec/http-registry.ts'
import { MemoryRecordStore } from '../../src/store/memory-record-store.ts'

async function answering(status: number, answer: object) {
  const server = createServer((_, response) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer))
  }).listen(0, '127.0.0.1')
  await new Promise((done) => server.once('listening', done))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return { url, close: () => new Promise((done) => server.close(done)) }
}

test('goes on where a registry answers, also one without schemas, and where none is configured', async () => {
  const one = await answering(404, { error_code: 40403, message: 'Schema not found' })
  await expect(reachRegistry(new HttpRegistry({ url: one.url }), 0)).resolves.toBeUndefined()
  await one.close()
  await expect(reachRegistry(new EmbeddedRegistry(new MemoryRecordStore()), 0)).resolves.toBeUndefined()
})

test('says once and soon where nobody listens, and where something else does', async () => {
  const one = await answering(404, { error_code: 404, message: 'HTTP 404 Not Found' })
  const expected = { code: 'MILLRACE_CODEC_REGISTRY_UNREACHABLE' }
  await expect(reachRegistry(new HttpRegistry({ url: one.url }), 0)).rejects.toMatchObject({
    ...expected,
    message: expect.stringMatching(
      `^schema registry: the schema registry at ${one.url} .*status 404.*MILLRACE_REGISTRY`,
    ),
  })
  await one.close()
  const begun = performance.now()
  await expect(reachRegistry(new HttpRegistry({ url: one.url }), 600)).rejects.toMatchObject({
    ...expected,
    message: expect.stringContaining('ECONNREFUSED'),
  })
  expect(performance.now() - begun).toBeLessThan(5000)
})
