import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { listenApi } from '../../src/api/listen-api.ts'
import { MemoryLog } from '../../src/log/memory-log.ts'
import { flights, writeFlights } from '../task/flight-log.ts'
import { EventClient } from './event-client.ts'
import { FlightService } from './flight-service.ts'

/** A curl command of the page, and the JSON that the page says it answers with. */
interface Example {
  readonly command: string
  readonly answer: string | undefined
}

const page = readFileSync('docs/http-api.md', 'utf8')
const examples = [...page.matchAll(/```sh\n(curl .*)\n```\n(?:\n```json\n([^`]*)```)?/g)].map(
  ([, command, answer]): Example => ({ command, answer }),
)
let service: FlightService
let base: string

beforeAll(async () => {
  service = await FlightService.open({ log: new MemoryLog() })
  await writeFlights(service.log, service.registry, flights(50, 1))
  await service.start()
  await service.committed(100)
  base = await listenApi(service.app, { port: 0 })
})

afterAll(() => service.close())

/** What curl makes of its arguments, as far as the page uses them. */
function requestOf(command: string): { url: string; init: RequestInit } {
  const words = [...command.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain)
  const headers: Record<string, string> = {}
  const init: RequestInit = { headers }
  let url = ''
  for (let i = 1; i < words.length; i++) {
    if (words[i] === '-X') init.method = words[++i]
    else if (words[i] === '-d') init.body = words[++i]
    else if (words[i] === '-H') {
      const [name, value] = words[++i].split(': ')
      headers[name] = value
    } else if (!words[i].startsWith('-')) url = words[i].replace('http://127.0.0.1:8080', base)
  }
  return { url, init }
}

describe('docs/http-api.md', () => {
  it('has examples of all kinds', () => {
    expect(examples.length).toBeGreaterThanOrEqual(8)
    expect(page.match(/```sh/g)).toHaveLength(examples.length)
  })

  it.each(examples)('$command', async ({ command, answer }) => {
    const { url, init } = requestOf(command)
    if (command.includes('text/event-stream')) {
      const client = await EventClient.connect(url)
      expect(await client.take(2)).toMatchObject([{ event: 'prediction' }, { event: 'prediction' }])
      client.close()
      return
    }
    const response = await fetch(url, init)
    const body = await response.text()
    expect({ ok: response.ok, body: response.ok ? '' : body }).toEqual({ ok: true, body: '' })
    if (answer !== undefined) expect(JSON.parse(body)).toEqual(JSON.parse(answer))
  })

  it('lists the routes that there are', () => {
    const listed = [...page.matchAll(/`(GET|POST) (\/[\w/:]*)`(?:, `(\/\w+)`)?(?:, `(\/\w+)`)?/g)].flatMap(
      ([, method, path, ...others]) => {
        const parent = path.slice(0, path.lastIndexOf('/'))
        return [path, ...others.filter((other) => other !== undefined).map((other) => parent + other)].map(
          (one) => `${method} ${one}`,
        )
      },
    )
    for (const route of listed) {
      const [method, url] = route.split(' ') as ['GET' | 'POST', string]
      expect({ route, isThere: service.app.hasRoute({ method, url }) }).toEqual({ route, isThere: true })
    }
    expect(new Set(listed).size).toBe(11)
  })
})
