import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, expect, test } from 'vitest'
import { freePort } from '../../src/cluster/free-port.ts'
import { kafkaJars } from '../../src/cluster/kafka-jars.ts'
import { SupervisedProcess } from '../../src/cluster/supervised-process.ts'
import { HttpRegistry } from '../../src/codec/http-registry.ts'
import { KafkaLog } from '../../src/log/kafka/kafka-log.ts'
import { RedisRecordStore } from '../../src/store/redis-record-store.ts'
import { numbered, outgoing, valuesOf } from '../contracts/log-records.ts'

const program = join(import.meta.dirname, '../../src/cluster/start-local-cluster.ts')
const root = mkdtempSync(join(tmpdir(), 'millrace-cluster-'))
const started: ChildProcess[] = []
afterAll(() => {
  for (const child of started) child.kill('SIGKILL')
  rmSync(root, { recursive: true, force: true })
})

function eventOf(type: string) {
  return { type: 'record', name: 'Event', fields: [{ name: 'id', type }] }
}

function startProgram(args: readonly string[]) {
  const child = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  started.push(child)
  const running = { child, output: '', ended: once(child, 'exit') }
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      running.output += text
    })
  }
  return running
}

async function said(running: ReturnType<typeof startProgram>, pattern: RegExp): Promise<void> {
  while (!pattern.test(running.output)) {
    if (running.child.exitCode !== null) throw new Error(`ended: ${running.output}`)
    await sleep(20)
  }
}

test('npm run cluster starts Kafka, a schema registry and Redis, keeps what they hold, and stops them with Ctrl-C', async () => {
  const [port, registryPort, redisPort] = [await freePort(2), await freePort(), await freePort()]
  const args = [
    '--port',
    `${port}`,
    '--registry-port',
    `${registryPort}`,
    '--redis-port',
    `${redisPort}`,
    '--data',
    join(root, 'data'),
  ]
  const first = startProgram(args)
  await said(first, /Ctrl-C stops it/)
  const registry = new HttpRegistry({ url: `http://127.0.0.1:${registryPort}/apis/ccompat/v7` })
  const id = await registry.register('events-value', eventOf('string'))
  const log = new KafkaLog({ brokers: [`127.0.0.1:${port}`] })
  await log.createTopic('events', { partitions: 1 })
  await log.append([outgoing('events', 0, numbered('v', 2))])
  await log.close()
  const redis = { url: `redis://127.0.0.1:${redisPort}`, hash: 'records' }
  const records = new RedisRecordStore(redis)
  await records.put('key', Uint8Array.of(1))
  await records.close()
  first.child.kill('SIGINT')
  expect(await first.ended).toEqual([0, null])

  const second = startProgram(args)
  await said(second, /Ctrl-C stops it/)
  expect(await registry.register('others-value', eventOf('string'))).toBe(id)
  await expect(registry.register('events-value', eventOf('int'))).rejects.toMatchObject({ status: 409 })
  const again = new KafkaLog({ brokers: [`127.0.0.1:${port}`] })
  expect(await valuesOf(again, { topic: 'events', partition: 0 })).toEqual(['v0', 'v1'])
  await again.close()
  const kept = new RedisRecordStore(redis)
  expect(await kept.get('key')).toEqual(Uint8Array.of(1))
  await kept.close()
  second.child.kill('SIGKILL') // its brokers end with it, however it dies
  await second.ended
  while (await isListening(port)) await sleep(20)
})

async function isListening(port: number): Promise<boolean> {
  const log = new KafkaLog({ brokers: [`127.0.0.1:${port}`], retryMs: 0 })
  try {
    await log.topics()
    return true
  } catch {
    return false
  } finally {
    await log.close()
  }
}

test('a second cluster on the same folder or the same ports is refused (MILLRACE_CLUSTER_IN_USE) and disturbs nothing, and the first ends all that it started', async () => {
  const port = await freePort(2)
  const folder = join(root, 'claimed')
  const args = ['--port', `${port}`, '--no-registry', '--no-redis', '--data']
  const first = startProgram([...args, folder])
  await said(first, /Ctrl-C stops it/)
  const second = startProgram([...args, folder])
  expect(await second.ended).toEqual([69, null])
  expect(second.output.trim()).toBe(
    `millrace: local cluster: a cluster already uses ${folder} (process ${first.child.pid}). Stop that one first, or name another folder and other ports (\`npm run cluster -- --help\`); if process ${first.child.pid} is something else, remove ${join(folder, 'cluster.pid')}.`,
  )
  const third = startProgram([...args, join(root, 'other')])
  expect(await third.ended).toEqual([69, null])
  expect(third.output.trim()).toMatch(new RegExp(`^millrace: local cluster: port ${port} is in use\\. .*--help.*\\.$`))
  expect(await isListening(port)).toBe(true)
  // As from a terminal through npm: more than once.
  first.child.kill('SIGINT')
  await said(first, /SIGINT: stopping/)
  first.child.kill('SIGINT')
  expect(await first.ended).toEqual([0, null])
  expect(await isListening(port)).toBe(false)
})

test('says what it takes when it is asked for something else', async () => {
  const running = startProgram(['--brokers', 'many'])
  expect(await running.ended).toEqual([0, null])
  expect(running.output).toContain('npm run cluster -- [options]')
})

test('a program that ends as it starts is an error with its last words', async () => {
  const libs = await kafkaJars(join(import.meta.dirname, '../../.cache'))
  const options = { name: 'a broker', command: 'java', logFile: join(root, 'java.log'), ready: /never/ }
  const args = ['-Xmx64m', '-cp', `${libs}/*`, 'kafka.Kafka', join(root, 'no-such.properties')]
  await expect(SupervisedProcess.start({ ...options, args })).rejects.toMatchObject({
    code: 'MILLRACE_CLUSTER_START',
    message: expect.stringContaining('it ended as it started'),
  })
})

test('a download that fails is an error with the reason', async () => {
  const path = process.env.PATH
  process.env.PATH = root // no Maven there
  await expect(kafkaJars(join(root, 'cache'))).rejects.toMatchObject({ code: 'MILLRACE_CLUSTER_DOWNLOAD' })
  process.env.PATH = path
})
