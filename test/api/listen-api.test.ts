import { createServer } from 'node:net'
import { describe, expect, it } from 'vitest'
import { listenApi } from '../../src/api/listen-api.ts'
import { MemoryLog } from '../../src/log/memory-log.ts'
import { FlightService } from './flight-service.ts'

describe('listening', () => {
  it('is on this machine alone unless told otherwise', async () => {
    const service = await FlightService.open({ log: new MemoryLog() })
    const url = await listenApi(service.app, { port: 0 })
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
    expect((await fetch(`${url}/health`)).status).toBe(200)
    await service.close()
  })

  it('says so when the port is in use', async () => {
    const other = createServer()
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
    const { port } = other.address() as { port: number }
    const service = await FlightService.open({ log: new MemoryLog() })
    await expect(listenApi(service.app, { port })).rejects.toMatchObject({
      code: 'MILLRACE_API_ADDRESS',
      message: `API address 127.0.0.1:${port}: another program is listening there. Stop it, or choose another port (MILLRACE_PORT).`,
    })
    await service.close()
    await new Promise((resolve) => other.close(resolve))
  })

  it('says so when the machine has no such address', async () => {
    const service = await FlightService.open({ log: new MemoryLog() })
    await expect(listenApi(service.app, { host: '203.0.113.7', port: 0 })).rejects.toMatchObject({
      code: 'MILLRACE_API_ADDRESS',
    })
    await service.close()
  })
})
