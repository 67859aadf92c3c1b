import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, expect, test } from 'vitest'
import { freePort } from '../../src/cluster/free-port.ts'
import { kafkaJars } from '../../src/cluster/kafka-jars.ts'
import { JavaProcess } from '../../src/cluster/java-process.ts'
import { HttpRegistry } from '../../src/codec/http-registry.ts'
import { KafkaLog } from '../../src/log/kafka/kafka-log.ts'
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

test('npm run cluster starts Kafka and a schema registry, keeps what they hold, and stops them with Ctrl-C', async () => {
  const [port, registryPort] = [await freePort(2), await freePort()]
  const args = ['--port', `${port}`, '--registry-port', `${registryPort}`, '--data', join(root, 'data')]
  const first = startProgram(args)
  await said(first, /Ctrl-C stops it/)
  const registry = new HttpRegistry({ url: `http://127.0.0.1:${registryPort}/apis/ccompat/v7` })
  const id = await registry.register('events-value', eventOf('string'))
  const log = new KafkaLog({ brokers: [`127.0.0.1:${port}`] })
  await log.createTopic('events', { partitions: 1 })
  await log.append([outgoing('events', 0, numbered('v', 2))])
  await log.close()
  first.child.kill('SIGINT')
  expect(await first.ended).toEqual([0, null])

  const second = startProgram(args)
  await said(second, /Ctrl-C stops it/)
  expect(await registry.register('others-value', eventOf('string'))).toBe(id)
  await expect(registry.register('events-value', eventOf('int'))).rejects.toMatchObject({ status: 409 })
  const again = new KafkaLog({ brokers: [`127.0.0.1:${port}`] })
  expect(await valuesOf(again, { topic: 'events', partition: 0 })).toEqual(['v0', 'v1'])
  await again.close()
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

test('says what it takes when it is asked for something else', async () => {
  const running = startProgram(['--brokers', 'many'])
  expect(await running.ended).toEqual([0, null])
  expect(running.output).toContain('npm run cluster -- [options]')
})

test('a Java program that ends as it starts is an error with its last words', async () => {
  const libs = await kafkaJars(join(import.meta.dirname, '../../.cache'))
  const options = { name: 'a broker', logFile: join(root, 'java.log'), ready: /never/ }
  const args = ['-Xmx64m', '-cp', `${libs}/*`, 'kafka.Kafka', join(root, 'no-such.properties')]
  await expect(JavaProcess.start({ ...options, args })).rejects.toMatchObject({
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
