import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { describe, expect, onTestFinished, test } from 'vitest'
import { freePort } from '../../src/cluster/free-port.ts'
import { MillraceProcess, runMillrace } from '../process/millrace-process.ts'
import { until } from './projected-flights.ts'
import { noRedis, startRedis } from './start-redis.ts'

const PASSWORD = 'race-and-wheel'

describe.skipIf(noRedis)('the command line with Redis', () => {
  test('runs a stream whose predictions others read there, says when they cannot, and never shows the password', async () => {
    const server = await startRedis({ requirepass: PASSWORD })
    const data = mkdtempSync(join(tmpdir(), 'millrace-redis-cli-'))
    onTestFinished(() => rmSync(data, { recursive: true, force: true }))
    const environment = { MILLRACE_DATA: data, MILLRACE_REDIS: server.url, MILLRACE_REDIS_PASSWORD: PASSWORD }
    const redis = new Redis(server.url, { password: PASSWORD, retryStrategy: () => 20, maxRetriesPerRequest: null })
    redis.on('error', () => {})
    onTestFinished(() => redis.disconnect())

    const logged = { ...environment, MILLRACE_LOG_LEVEL: 'warn' }
    const running = new MillraceProcess(['demo', '--limit', '3000', '--speed', 'max'], logged)
    onTestFinished(() => running.signal('SIGKILL'))
    await running.said(/The history has ended/)
    const address = /The API is at (\S+)\./.exec(running.output)?.[1] as string
    const stream = async () => (await (await fetch(`${address}/streams/flight-delay`)).json()) as any
    await until(
      async () => (await stream()).task.counters.predictions > 1000 && (await stream()).projection.pending === 0,
    )
    const { task, projection } = await stream()
    expect(projection).toMatchObject({ state: 'writing', reason: '', dropped: 0 })
    expect(await redis.keys('millrace:flight-delay:prediction:*')).toHaveLength(task.counters.predictions)
    expect(await (await fetch(`${address}/metrics`)).text()).toContain(
      'millrace_projection_up{stream="flight-delay"} 1',
    )

    await server.kill()
    const event = {
      flightId: 'x',
      departedAt: Date.UTC(2001, 0, 1, 23),
      distance: 500,
      origin: 'JFK',
      destination: 'LAX',
    }
    const append = await fetch(`${address}/streams/flight-delay/inputs/departures/records?timestamp=event`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(event),
    })
    expect(append.status, await append.text()).toBe(200)
    await until(async () => (await stream()).projection.state === 'waiting')
    expect((await fetch(`${address}/ready`)).status).toBe(200)
    expect((await stream()).task.counters.predictions).toBe(task.counters.predictions + 1)
    await server.startAgain()
    await until(async () => (await redis.exists('millrace:flight-delay:prediction:x')) === 1)
    running.signal('SIGTERM')
    expect(await running.ended()).toBe(0)
    const lines = running.errors.split('\n').filter((line) => line.includes('Redis'))
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { level: 'warn', code: 'MILLRACE_STORE_UNAVAILABLE', msg: expect.stringContaining('Redis gets nothing for now') },
      { level: 'warn', msg: 'Redis gets predictions and features again' },
    ])

    const doctor = await runMillrace(['doctor'], environment)
    expect(doctor.output).toMatch(/note +Redis +Redis at 127\.0\.0\.1:\d+ takes as much memory/)
    const denied = await runMillrace(['doctor'], { ...environment, MILLRACE_REDIS_PASSWORD: 'other' })
    expect(denied.output).toMatch(/wrong +Redis .*refuses this user/)
    expect(denied.exitCode).toBe(78)
    const config = await runMillrace(['config'], environment)
    expect(config.output).toContain('(hidden)')
    const within = { ...environment, MILLRACE_REDIS: `tcp://:${PASSWORD}@there` }
    const wrong = await runMillrace(['config'], within)
    expect(wrong).toMatchObject({ exitCode: 78, errors: expect.stringContaining('(hidden)@there') })
    const reset = await runMillrace(['reset', 'flight-delay', '--yes'], environment)
    expect(reset.exitCode).toBe(0)
    expect(await redis.keys('*')).toEqual([])
    const all = [running, doctor, denied, config, wrong, reset].map((one) => one.output + one.errors).join('\n')
    expect(all).not.toContain(PASSWORD)
  })

  test('speaks TLS to a server whose certificate Node trusts, and to no other', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'millrace-redis-tls-'))
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
    const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')]
    const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1', '-days', '2', '-nodes']
    const made = ['-newkey', 'rsa:2048', '-keyout', key, '-out', certificate]
    execFileSync('openssl', ['req', '-x509', ...subject, ...made], { stdio: 'pipe' })
    const port = await freePort()
    const files = { 'tls-cert-file': certificate, 'tls-key-file': key, 'tls-ca-cert-file': certificate }
    await startRedis({ 'tls-port': String(port), ...files, 'tls-auth-clients': 'no' })
    const environment = { MILLRACE_DATA: join(folder, 'data'), MILLRACE_REDIS: `rediss://127.0.0.1:${port}` }
    const trusted = await runMillrace(['doctor'], { ...environment, NODE_EXTRA_CA_CERTS: certificate })
    expect(trusted.output).toMatch(/note +Redis +Redis at 127\.0\.0\.1/)
    const untrusted = await runMillrace(['doctor'], environment)
    expect(untrusted.output).toMatch(/wrong +Redis .*self-signed certificate/)
  })
})
