import { createServer } from 'node:net'
import { describe, expect, it } from 'vitest'
import { reachKafka } from '../../src/cli/reach-kafka.ts'

async function listening(): Promise<{ address: string; port: number; close: () => Promise<unknown> }> {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((done) => server.once('listening', done))
  const { port } = server.address() as { port: number }
  return { address: `127.0.0.1:${port}`, port, close: () => new Promise((done) => server.close(done)) }
}

describe('reachKafka', () => {
  it('goes on where one of the brokers listens, and says which addresses are wrong where none does', async () => {
    const [one, other] = [await listening(), await listening()]
    await one.close()
    await reachKafka({ brokers: `${one.address},${other.address}` }, 0)
    await other.close()
    const brokers = `${one.address},${other.address}`
    await expect(reachKafka({ brokers }, 0)).rejects.toMatchObject({
      code: 'MILLRACE_LOG_UNAVAILABLE',
      message: expect.stringMatching(`^Kafka at ${brokers}: it can't be reached .*ECONNREFUSED.*MILLRACE_BROKERS`),
    })
  })

  it('waits for a broker that is just starting', async () => {
    const one = await listening()
    await one.close()
    const reached = reachKafka({ brokers: one.address }, 60_000)
    const server = createServer()
    setImmediate(() => server.listen(one.port, '127.0.0.1'))
    await expect(reached).resolves.toBeUndefined()
    await new Promise((done) => server.close(done))
  })
})
