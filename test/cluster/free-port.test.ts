import { once } from 'node:events'
import { createServer } from 'node:net'
import { expect, test } from 'vitest'
import { freePort } from '../../src/cluster/free-port.ts'

test('gives ports that can be listened on, none twice, and steps over those that are taken', async () => {
  const first = await freePort()
  const taken = createServer().listen(first + 2, '127.0.0.1')
  await once(taken, 'listening')
  const pair = await freePort(2)
  expect([first, first + 1, first + 2]).not.toContain(pair)
  for (const port of [first, pair, pair + 1]) {
    const server = createServer().listen(port, '127.0.0.1')
    await once(server, 'listening')
    server.close()
  }
  taken.close()
})
