import { once } from 'node:events'
import { createServer } from 'node:net'

/** Below the ports that systems give to connections that go out: none of these is taken by chance before it is used. */
const FIRST = 20_000
const COUNT = 12_000
/** Processes begin at different places, so that they do not find the same port free at the same time. */
let next = (process.pid * 37) % COUNT

/** A port of 127.0.0.1 that nobody listens on, and which this process has not been given before; with `count`, the first of so many in a row. */
export async function freePort(count = 1): Promise<number> {
  for (;;) {
    if (next + count > COUNT) next = 0
    const first = FIRST + next
    next += count
    let free = 0
    while (free < count && (await isFreePort(first + free))) free++
    if (free === count) return first
  }
}

/** Whether nobody listens on a port of 127.0.0.1. */
export async function isFreePort(port: number): Promise<boolean> {
  const server = createServer()
  try {
    await once(server.listen(port, '127.0.0.1'), 'listening')
    server.close()
    await once(server, 'close')
    return true
  } catch {
    return false
  }
}
