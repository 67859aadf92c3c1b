import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { AvroRecordDecoder } from '../../src/codec/avro-record-decoder.ts'
import { publishedSchemas } from '../../src/codec/published-schemas.ts'
import { MemoryLog } from '../../src/log/memory-log.ts'
import { ManualClock } from '../contracts/manual-clock.ts'
import { flights, writeFlights } from '../task/flight-log.ts'
import { appendFlights } from './append-flights.ts'
import { expectConforming } from './expect-conforming.ts'
import { FlightService } from './flight-service.ts'

const clock = new ManualClock()
const decoder = new AvroRecordDecoder((await publishedSchemas())['control-command'], 'control-command')
let service: FlightService

beforeEach(async () => {
  service = await FlightService.open({ log: new MemoryLog(), api: { clock } })
  await writeFlights(service.log, service.registry, flights(20, 1))
})

afterEach(() => service.close())

const post = async (payload: object) => {
  const response = await service.app.inject({ method: 'POST', url: '/streams/flight-delay/commands', payload })
  expectConforming(service.app, ['post', '/streams/{name}/commands'], response)
  return response
}

async function sent() {
  const reader = await service.log.reader([{ topic: 'flight-delay.control', partition: 0, offset: 0 }])
  const commands: unknown[] = []
  for (const { bytes, valueStarts, valueEnds, count } of await reader.poll(1e6, 0)) {
    for (let i = 0; i < count; i++)
      commands.push({ ...(decoder.decode(bytes.subarray(valueStarts[i], valueEnds[i])) as object) })
  }
  return commands
}

describe('commands', () => {
  it('become records of the control topic, each with its id', async () => {
    const first = await post({ command: 'retrain', reason: 'the season changes', sender: 'ann' })
    expect(first.statusCode).toBe(202)
    const { id } = first.json()
    expect(id).toMatch(/^[0-9a-f-]{36}$/)
    expect((await post({ command: 'promote', modelVersion: 'v0.0-c1', id: 'mine', task: 0 })).json()).toEqual({
      id: 'mine',
    })
    for (const command of ['roll_back', 'pause', 'resume']) expect((await post({ command })).statusCode).toBe(202)
    const commands = await sent()
    expect(commands.slice(0, 2)).toMatchObject([
      { id, command: 'retrain', task: null, modelVersion: null, sender: 'ann', reason: 'the season changes' },
      { id: 'mine', command: 'promote', task: 0, modelVersion: 'v0.0-c1', sender: 'api', reason: '' },
    ])
    expect(commands).toMatchObject(
      ['retrain', 'promote', 'roll_back', 'pause', 'resume'].map((command) => ({ command })),
    )
  })

  it('are carried out by the task: paused it takes nothing, and goes on when resumed', async () => {
    const isPaused = async () => (await service.app.inject('/streams/flight-delay')).json().task.isPaused
    await service.start()
    await service.committed(40)
    expect(await isPaused()).toBe(false)
    await post({ command: 'pause' })
    await expect.poll(isPaused).toBe(true)
    const ready = await service.app.inject('/ready') // so that whoever asks before he sends can resume it
    expect([ready.statusCode, ready.json().streams]).toEqual([200, [{ name: 'flight-delay', phase: 'paused' }]])
    const { phase, reason } = (await service.app.inject('/streams/flight-delay')).json()
    expect([phase, reason]).toEqual(['paused', 'a command has paused it, and one to resume lets it go on'])
    await appendFlights(service, flights(21, 1).slice(20))
    expect(await service.metrics.text()).toContain('millrace_task_paused{stream="flight-delay"} 1')
    expect(
      (await service.app.inject('/streams/flight-delay')).json().partitions.some(({ lag }: { lag: number }) => lag > 0),
    ).toBe(true)
    await post({ command: 'resume' })
    await service.committed(42)
    await expect.poll(isPaused).toBe(false)
    expect((await service.app.inject('/ready')).json().streams).toEqual([{ name: 'flight-delay', phase: 'running' }])
  })

  it('there is no way back before there is a former champion, and none from it', async () => {
    const roles = async () =>
      (await service.app.inject('/streams/flight-delay')).json().task.models.map(({ role }: { role: string }) => role)
    await service.start()
    await service.committed(40)
    const refusal = { code: 'MILLRACE_API_COMMAND', detail: expect.stringContaining('no former champion to return to') }
    const refused = await post({ command: 'roll_back' })
    expect(refused.statusCode).toBe(409)
    expect(refused.json()).toMatchObject(refusal)
    expect(refused.json().detail).toContain('Promote one that is at work: v0.0-c1')
    await post({ command: 'promote', modelVersion: 'v0.0-c1' })
    const back = { command: 'roll_back', id: 'back' }
    expect((await post(back)).statusCode).toBe(202) // whether or not the promotion has been carried out by now
    await expect.poll(roles).not.toContain('former')
    await expect.poll(roles).toContain('benched')
    expect((await post(back)).statusCode).toBe(202) // sent again, by somebody who got no answer
    await expect.poll(roles).toContain('benched')
    await expect.poll(async () => (await post({ command: 'roll_back' })).statusCode).toBe(409) // once the one before is taken
  })

  it('that come while others wait are judged by none but the task', async () => {
    await post({ command: 'promote', modelVersion: 'v0.0-c1' })
    await service.start()
    await expect(service.view.command({ command: 'roll_back' })).resolves.toMatch(/./) // no model is a former champion as yet
    expect(await sent()).toMatchObject([{ command: 'promote' }, { command: 'roll_back' }])
  })

  it('that can lead to nothing are refused', async () => {
    await service.start()
    await service.committed(40)
    const response = await post({ command: 'promote', modelVersion: 'v0.0-c2' })
    expect(response.statusCode).toBe(409)
    expect(response.json()).toMatchObject({
      code: 'MILLRACE_API_COMMAND',
      detail: expect.stringContaining("Did you mean 'v0.0-c1'?"),
    })
    expect((await post({ command: 'promote' })).json()).toMatchObject({
      code: 'MILLRACE_API_REQUEST',
      detail: expect.stringContaining('promote needs a modelVersion'),
    })
    expect((await post({ command: 'pause', modelVersion: 'v0.0' })).json()).toMatchObject({
      detail: expect.stringContaining('pause takes no modelVersion'),
    })
    expect(await sent()).toEqual([])
  })
})
