import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { KafkaLog } from '../../src/log/kafka/kafka-log.ts'
import type { MillraceProcess } from '../process/millrace-process.ts'
import { emptyKafka, kafkaOptions } from './kafka-driver.ts'
import { journaled, startMember, writeBacklog } from './stream-group.ts'

const root = mkdtempSync(join(tmpdir(), 'millrace-reset-running-'))
const place = { log: 'kafka', data: join(root, 'kafka') } as const
const log = new KafkaLog(kafkaOptions())
const started: MillraceProcess[] = []

afterAll(async () => {
  for (const one of started) one.signal('SIGKILL')
  await log.close()
  rmSync(root, { recursive: true, force: true })
})

function start(args: readonly string[], settings: Readonly<Record<string, string>> = {}): MillraceProcess {
  const one = startMember(place, settings, args)
  started.push(one)
  return one
}

test('a stream that runs is not reset (MILLRACE_CLI_RUNNING); once it has ended it is', async () => {
  await emptyKafka(log)
  await writeBacklog(place, 20_000)
  const running = start(['run', 'flight-delay'])
  await running.said(/running {2}/)
  await journaled(log, ({ seq }) => seq > 2)
  const before = await log.topics()
  const refused = /^millrace: stream 'flight-delay': it runs, in 1 process\. Stop it first.*session timeout/
  for (const command of [
    ['reset', 'flight-delay', '--inputs', '--yes'],
    ['demo', '--again'],
  ]) {
    const asked = start(command, { MILLRACE_STREAMS: 'streams' })
    expect(await asked.ended(), asked.output).toBe(75)
    expect(asked.errors).toMatch(refused)
  }
  expect(await log.topics()).toEqual(before)

  running.signal('SIGTERM')
  expect(await running.ended(), running.errors).toBe(0)
  const reset = start(['reset', 'flight-delay', '--yes'])
  expect(await reset.ended(), reset.errors).toBe(0)
  expect((await log.topics()).map(({ name }) => name)).toEqual(['flights.arrivals', 'flights.departures'])

  // What takes long says so, and ends with a word.
  const again = start(['demo', '--again'], { MILLRACE_STREAMS: 'streams' })
  await again.said(/Forgetting what was played and learned before/)
  again.signal('SIGINT')
  expect(await again.ended()).toBe(130)
  expect(again.errors).toContain('Stopped before it began to play. To begin anew:')
}, 60_000)

test('a group without members is none, and one whose member left, too', async () => {
  expect(await log.groupMembers('nobody')).toBe(0)
  const group = log.taskGroup({ group: 'one', topics: [], sessionTimeoutMs: 1000 })
  await new Promise<void>((taken) => {
    group.join({
      claim: async () => ({ hasTask: false, generation: 0, progress: -1 }),
      onAssignment: () => taken(),
      onTrouble: () => {},
      onFailure: () => {},
    })
  })
  expect(await log.groupMembers('one')).toBe(1)
  await group.leave()
  expect(await log.groupMembers('one')).toBe(0)
})
