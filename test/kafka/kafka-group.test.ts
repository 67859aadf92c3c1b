import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import kafkajs from 'kafkajs'
import { afterEach, expect, inject, test } from 'vitest'
import { freePort } from '../../src/cluster/free-port.ts'
import { LocalKafka } from '../../src/cluster/local-kafka.ts'
import { KafkaLog } from '../../src/log/kafka/kafka-log.ts'
import type { TaskAssignment, TaskClaim, TaskGroup } from '../../src/log/task-group.ts'
import { kafkaOptions } from './kafka-driver.ts'

const { Kafka, logLevel } = kafkajs
const opened: Member[] = []
afterEach(async () => {
  for (const member of opened.splice(0)) await member.close()
})

/** A process of a group as its group sees it, in this process. */
class Member {
  readonly log: KafkaLog
  readonly group: TaskGroup
  readonly assignments: (TaskAssignment | undefined)[] = []
  readonly troubles: unknown[] = []
  failure: unknown
  private readonly sockets: Socket[] = []
  private isCut = false
  progress: number
  /** What it says beyond what it was assigned. */
  said: Partial<TaskClaim> = {}

  constructor(group: string, progress = -1, sessionTimeoutMs = 1000, brokers = kafkaOptions().brokers) {
    this.progress = progress
    const socketFactory = ({ host, port, onConnect }: { host: string; port: number; onConnect: () => void }) => {
      const socket = connect({ host, port }, onConnect)
      this.sockets.push(socket)
      if (this.isCut) socket.destroy(new Error('cut'))
      return socket
    }
    this.log = new KafkaLog({ brokers, socketFactory, retryMs: 0 })
    this.group = this.log.taskGroup({ group, topics: [], sessionTimeoutMs })
    opened.push(this)
  }

  join(): this {
    this.group.join({
      claim: async () => ({
        hasTask: this.hasTask,
        generation: this.latest?.generation ?? 0,
        progress: this.progress,
        ...this.said,
      }),
      onAssignment: (assignment) => this.assignments.push(assignment),
      onTrouble: (error) => this.troubles.push(error),
      onFailure: (error) => {
        this.failure = error
      },
    })
    return this
  }

  cut(isCut: boolean): void {
    this.isCut = isCut
    for (const socket of this.sockets.splice(0)) socket.destroy(new Error('cut'))
  }

  get latest(): TaskAssignment | undefined {
    return this.assignments.findLast((one) => one !== undefined)
  }

  get hasTask(): boolean {
    return this.latest?.hasTask ?? false
  }

  async until(isSo: (assignment: TaskAssignment) => boolean): Promise<TaskAssignment> {
    for (;;) {
      if (this.failure !== undefined) throw this.failure
      const assignment = this.assignments.at(-1)
      if (assignment !== undefined && isSo(assignment)) return assignment
      await sleep(5)
    }
  }

  async close(): Promise<void> {
    await this.group.leave()
    await this.log.close()
  }
}

test('the first has the task, others stand by, and a third disturbs nobody', async () => {
  const name = `group-${randomUUID()}`
  const first = new Member(name).join()
  const alone = await first.until(() => true)
  expect(alone).toMatchObject({ hasTask: true, members: 1 })
  const second = new Member(name, 100).join()
  await second.until(({ members }) => members === 2)
  const third = new Member(name, 200).join()
  await third.until(({ members }) => members === 3)
  await first.until(({ members }) => members === 3)
  await second.until(({ members }) => members === 3)
  expect([first.hasTask, second.hasTask, third.hasTask]).toEqual([true, false, false])
  expect(first.assignments.every((one) => one?.hasTask)).toBe(true)
  expect(new Set([first, second, third].map(({ latest }) => latest?.generation)).size).toBe(1)
  const generations = first.assignments.map((one) => one?.generation as number)
  expect(generations).toEqual(generations.toSorted((a, b) => a - b))
  expect(new Set(generations).size).toBe(generations.length)
  expect([first, second, third].flatMap(({ troubles }) => troubles)).toEqual([])
})

test('where the owner leaves, the standby that has come farthest takes over at once', async () => {
  const name = `group-${randomUUID()}`
  const owner = new Member(name, 500).join()
  await owner.until(({ hasTask }) => hasTask)
  const behind = new Member(name, 10, 60_000).join()
  const ahead = new Member(name, 300, 60_000).join()
  await ahead.until(({ members }) => members === 3)
  const left = performance.now()
  await owner.group.leave()
  const { generation } = await ahead.until(({ hasTask }) => hasTask)
  console.log(`taken over ${Math.round(performance.now() - left)} ms after the owner left`)
  expect(behind.hasTask).toBe(false)
  expect(generation).toBeGreaterThan(owner.latest!.generation)
})

test('an owner whose network is cut for longer than the session timeout is given up, hears of it, and does not get the task back', async () => {
  const name = `group-${randomUUID()}`
  const owner = new Member(name).join()
  await owner.until(({ hasTask }) => hasTask)
  const standby = new Member(name, 1).join()
  await owner.until(({ members }) => members === 2)
  owner.cut(true)
  const { generation } = await standby.until(({ hasTask }) => hasTask)
  while (owner.assignments.at(-1) !== undefined) await sleep(5)
  expect(owner.troubles).not.toEqual([])
  owner.cut(false)
  const after = await owner.until(({ members }) => members === 2)
  expect(after.hasTask).toBe(false)
  expect(after.generation).toBeGreaterThan(generation)
  await standby.until((now) => now.generation === after.generation)
  expect(standby.hasTask).toBe(true)
})

test('of two that both say they have it, the one with the newer generation keeps it; who lets go of it gets it only when nobody else is there', async () => {
  const name = `group-${randomUUID()}`
  const first = new Member(name, 1).join()
  await first.until(({ hasTask }) => hasTask)
  const second = new Member(name)
  second.said = { hasTask: true, generation: 40 }
  second.join()
  const taken = await second.until(({ hasTask }) => hasTask)
  expect(taken.generation).toBe(41)
  await first.until(({ hasTask }) => !hasTask)
  second.said = { hasTask: false, generation: 60 }
  expect(second.group.reassign()).toBe(true)
  expect(await first.until(({ hasTask }) => hasTask)).toMatchObject({ generation: 61 })
  await first.group.leave()
  await second.until(({ hasTask }) => hasTask)
})

test('a group of other programs, and a session timeout that brokers refuse, are errors with their remedies', async () => {
  const name = `group-${randomUUID()}`
  const tooShort = new Member(name, 0, 100).join()
  await expect(tooShort.until(() => true)).rejects.toMatchObject({
    code: 'MILLRACE_LOG_GROUP',
    message: expect.stringContaining('group.min.session.timeout.ms'),
  })
  const foreign = new Kafka({ brokers: [...kafkaOptions().brokers], logLevel: logLevel.NOTHING }).consumer({
    groupId: name,
  })
  await tooShort.log.createTopic(name, { partitions: 1 })
  await foreign.subscribe({ topic: name })
  const joined = new Promise((resolve) => foreign.on('consumer.group_join', resolve))
  await foreign.run({ eachMessage: async () => {} })
  await joined
  await expect(new Member(name).join().until(() => true)).rejects.toMatchObject({
    code: 'MILLRACE_LOG_GROUP',
    message: expect.stringContaining('MILLRACE_APPLICATION'),
  })
  await foreign.disconnect()
})

test('a user who may not join is told so', async () => {
  const sasl = { mechanism: 'plain', username: 'mill', password: 'race' } as const
  const log = new KafkaLog({ brokers: [inject('kafkaWithUsers')], sasl })
  const group = log.taskGroup({ group: 'denied', topics: [], sessionTimeoutMs: 1000 })
  const failure = await new Promise((resolve) =>
    group.join({
      claim: async () => ({ hasTask: false, generation: 0, progress: -1 }),
      onAssignment: resolve,
      onTrouble: resolve,
      onFailure: resolve,
    }),
  )
  expect(failure).toMatchObject({
    code: 'MILLRACE_LOG_DENIED',
    message: expect.stringContaining('consumer group denied'),
  })
  await group.leave()
  await log.close()
})

test('a broker that dies and comes back, and one that stands still: the owner keeps the task', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-group-'))
  const port = await freePort(2)
  const kafka = await LocalKafka.start({
    cache: join(import.meta.dirname, '../../.cache'),
    folder,
    ports: [[port, port + 1]],
    java: ['-Xmx256m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'],
    settings: { 'group.min.session.timeout.ms': '500' },
  })
  try {
    const owner = new Member('restarted', -1, 1000, kafka.brokers).join()
    await owner.until(({ hasTask }) => hasTask)
    const standby = new Member('restarted', 9, 1000, kafka.brokers).join()
    await owner.until(({ members }) => members === 2)
    await kafka.killBroker(0)
    await sleep(1500) // longer than a session lasts
    const { length } = owner.assignments
    await kafka.startBroker(0)
    const back = await owner.until(({ members }) => members === 2 && owner.assignments.length > length)
    expect(back.hasTask).toBe(true)
    await standby.until(({ generation }) => generation === back.generation)
    const pid = kafka.pid(0) as number
    process.kill(pid, 'SIGSTOP')
    while (owner.assignments.at(-1) !== undefined) await sleep(5)
    process.kill(pid, 'SIGCONT')
    const again = await owner.until(({ members }) => members === 2)
    expect(again.hasTask).toBe(true)
    expect(again.generation).toBeGreaterThanOrEqual(back.generation)
    await standby.until(({ hasTask }) => !hasTask)
    for (const member of opened.splice(0)) await member.close()
  } finally {
    await kafka.kill()
    rmSync(folder, { recursive: true, force: true })
  }
}, 120_000)
