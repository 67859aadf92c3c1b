import { describe, expect, it } from 'vitest'
import { logger, type LoggerOptions } from '../../src/telemetry/logger.ts'

function lines(options: LoggerOptions, write: (log: ReturnType<typeof logger>) => void): string[] {
  const written: string[] = []
  write(logger({ ...options, destination: { write: (line) => void written.push(line) } }))
  return written
}

describe('logger', () => {
  it('writes a JSON line with time and level by name', () => {
    const [line] = lines({}, (log) => log.info({ stream: 'flight-delay' }, 'started'))
    expect(JSON.parse(line)).toEqual({
      level: 'info',
      time: expect.stringMatching(/^\d{4}-.*Z$/),
      stream: 'flight-delay',
      msg: 'started',
    })
    expect(line.endsWith('}\n')).toBe(true)
  })

  it('writes one line for people on a terminal', () => {
    const error = new Error('no\nroom')
    const [first, second] = lines({ pretty: true }, (log) => {
      log.warn({ stream: 'flight-delay', path: 'a b', rows: 3 }, 'slow')
      log.error({ err: error }, 'failed')
    })
    expect(first).toMatch(/^\d\d:\d\d:\d\d WARN {2}slow stream=flight-delay path="a b" rows=3\n$/)
    expect(second).toMatch(/^\d\d:\d\d:\d\d ERROR failed error="no\\nroom"\n$/)
  })

  it('never shows secrets, however deep, nor passwords in URLs', () => {
    const secret = 'hunter2'
    const written = lines({}, (log) => {
      log.info({
        password: secret,
        redis: { url: `redis://me:${secret}@host:6379`, token: secret },
        kafka: { sasl: { password: secret } },
      })
      log.info(
        { req: { headers: { authorization: secret, cookie: secret } } },
        `connecting to https://u:${secret}@registry`,
      )
      log.error({ err: new Error(`can't reach amqp://u:${secret}@host`) })
    })
    expect(written.join('')).not.toContain(secret)
    expect(written[0]).toContain('redis://me:[hidden]@host:6379')
    for (const line of written) JSON.parse(line)
  })

  it('is silent below its level', () => {
    expect(lines({ level: 'warn' }, (log) => log.info('x'))).toEqual([])
    expect(lines({ level: 'silent' }, (log) => log.fatal('x'))).toEqual([])
  })
})
