import { describe, expect, test } from 'vitest'
import { type Clock, systemClock } from '../../src/log/clock.ts'
import { forgetProjection } from '../../src/projection/forget-projection.ts'
import { type Flight, flights } from '../task/flight-log.ts'
import { ProjectedFlights, until } from './projected-flights.ts'
import { noRedis, startRedis } from './start-redis.ts'

const all = flights(400, 3)

function textsOf(predictions: Map<string, Record<string, unknown>>): Map<string, Record<string, string>> {
  return new Map(
    [...predictions].map(([id, prediction]) => {
      const kept = Object.entries(prediction).filter(([, value]) => value !== null)
      return [id, Object.fromEntries(kept.map(([name, value]) => [name, String(value)]))]
    }),
  )
}

/** Waits until all that is committed is in Redis too. */
async function complete(world: ProjectedFlights): Promise<void> {
  const committed = textsOf(await world.committed())
  await expect.poll(() => world.projected(), { timeout: 10_000 }).toEqual(committed)
  await until(() => world.projection.figures.pending === 0 && world.projection.figures.state === 'writing')
}

/** The mean of what labels said, by arrival, each of half the weight after two hours: what `ewMean('2h')` is. */
function lateRate(of: readonly Flight[]): number {
  const newest = Math.max(...of.map(({ landedAt }) => landedAt))
  const weights = of.map(({ landedAt }) => 2 ** (-(newest - landedAt) / 7_200_000))
  const late = of.map(({ delayMinutes }, i) => (delayMinutes > 15 ? weights[i] : 0))
  return late.reduce((a, b) => a + b) / weights.reduce((a, b) => a + b)
}

describe.skipIf(noRedis)('what is committed, in Redis', () => {
  test('is the latest prediction of each event, with a time to live', async () => {
    const world = await ProjectedFlights.open(await startRedis())
    await world.fly(all)
    await world.start()
    await until(() => world.predictions === all.length)
    await complete(world)
    expect((await world.committed()).size).toBe(all.length)
    const left = await world.redis.pttl('test:flight-delay:prediction:7')
    expect(left).toBeGreaterThan(3_500_000)
    expect(left).toBeLessThanOrEqual(3_600_000)
    const status = JSON.parse((await world.redis.get('test:flight-delay:status:0')) as string)
    expect(status).toMatchObject({ incarnation: 1, modelVersion: expect.any(String), transaction: expect.any(Number) })
  })

  test('is the latest value of each feature, by its key', async () => {
    const world = await ProjectedFlights.open(await startRedis())
    await world.fly(all)
    await world.start()
    await until(() => world.task?.recovered.state.learning.count('learned') === all.length && world.task.isSettled)
    await complete(world)
    for (const origin of new Set(all.map((flight) => flight.origin))) {
      const value = Number(await world.redis.get(`test:flight-delay:feature:originLateRate:${origin}`))
      expect(value).toBeCloseTo(lateRate(all.filter((flight) => flight.origin === origin)), 9)
    }
    // Over two keys joined by |, and numbers of events.
    const hours = await world.redis.keys('test:flight-delay:feature:usualLateRate:*')
    expect(hours).toContain('test:flight-delay:feature:usualLateRate:ATL|0')
    const departures = Number(await world.redis.get('test:flight-delay:feature:departuresNow:ATL'))
    const last = all[all.length - 1].departedAt
    const recent = all.filter(({ origin, departedAt }) => origin === 'ATL' && departedAt > last - 30 * 60_000).length
    expect(departures).toBeGreaterThanOrEqual(recent)
    expect(departures).toBeLessThanOrEqual(recent * 1.2 + 2)
    expect(await world.redis.keys('*JFK*')).not.toEqual([])
  })

  /** What Redis shows that is not committed, where the first half is committed, and the next commit that holds predictions is lost before it has any effect. */
  async function uncommitted(afterCommit: boolean): Promise<number> {
    const half = all.length / 2
    let isNextLost = false
    const lost = {
      before(call: string) {
        if (call === 'commit' && isNextLost) throw new Error('the connection is lost')
      },
    }
    const world = await ProjectedFlights.open(await startRedis(), { guards: { afterCommit } }, lost)
    const { projection } = world
    const computed = projection.computed.bind(projection)
    projection.computed = (transaction) => {
      isNextLost = world.predictions === half && transaction.predictions.some(({ count }) => count > 0)
      computed(transaction)
    }
    await world.fly(all.slice(0, half))
    await world.start()
    await until(() => world.predictions === half)
    await world.fly(all.slice(half))
    expect(await world.ended()).toMatchObject({ message: expect.stringContaining('lost') })
    await projection.close() // once it has written all that it may
    const committed = await world.committed()
    expect(committed.size).toBe(half)
    return [...(await world.projected()).keys()].filter((id) => !committed.has(id)).length
  }

  test('is nothing that was computed and then not committed', async () => {
    expect(await uncommitted(true)).toBe(0)
  })

  test('would be, if it were not written after the commit only', async () => {
    expect(await uncommitted(false)).toBeGreaterThan(0)
  })

  test('comes there after a crash, too: what a start replays was committed', async () => {
    const world = await ProjectedFlights.open(await startRedis())
    await world.fly(all)
    let taken = 0
    const never = await world.project()
    never.committed = () => {} // this process dies before it has written anything
    const dies = (_: unknown, facts: { rows: number }) => {
      taken += facts.rows
      if (taken > 300) throw new Error('killed')
    }
    await world.start({ onCommit: dies, snapshotDue: () => false }, never)
    expect(await world.ended()).toMatchObject({ message: 'killed' })
    await never.close()
    expect((await world.projected()).size).toBe(0)
    const committed = await world.committed()
    expect(committed.size).toBeGreaterThan(100)
    await world.start()
    await until(async () => (await world.committed()).size === all.length)
    await complete(world)
  })

  test('comes there from a standby that takes over, also what whoever died had not written', async () => {
    const world = await ProjectedFlights.open(await startRedis())
    await world.fly(all)
    const never = await world.project()
    never.committed = () => {}
    await world.start({}, never)
    await until(() => world.predictions === all.length && world.task?.isSettled === true)
    const { task } = world
    const followed = await world.follow((one) => world.projection.followed(one))
    await world.stop()
    expect((await world.projected()).size).toBe(0)
    await world.start({ snapshotDue: () => false }, world.projection, followed)
    expect(world.task!.recovered.first.incarnation).toBe(task!.recovered.first.incarnation + 1)
    await complete(world)
    await never.close()
  })

  test('is not undone by a process that was replaced, nor by what an old connection still holds', async () => {
    const server = await startRedis()
    const world = await ProjectedFlights.open(server)
    await world.fly(all)
    // The first process: its writes wait in the socket of a server that stands still.
    const told: (string | undefined)[] = []
    let goesOn = (): void => {}
    const replaced = new Promise<void>((resolve) => {
      goesOn = resolve
    })
    const clock: Clock = { now: systemClock.now, after: (_, retry) => (void replaced.then(retry), () => {}) }
    const old = await world.project({ clock, onChange: (failure) => void told.push(failure?.code) })
    await world.redis.ping()
    process.kill(server.pid!, 'SIGSTOP')
    await world.start({}, old)
    await until(() => world.predictions === all.length && old.figures.state === 'waiting')
    await world.stop()
    process.kill(server.pid!, 'SIGCONT')
    await world.start() // its successor, which replays nothing and writes its status
    await until(() => world.projection.figures.written > 0)
    // What the first one has left is refused.
    goesOn()
    await until(() => old.figures.reason.includes('a later start'))
    expect(told[told.length - 1]).toBe('MILLRACE_STORE_SUPERSEDED')
    expect(old.figures.written).toBe(0)
    await old.close()
    expect(JSON.parse((await world.redis.get('test:flight-delay:status:0')) as string)).toMatchObject({
      incarnation: 2,
    })
  })

  test('needs a user who may run these few commands on its own keys', async () => {
    const server = await startRedis()
    const world = await ProjectedFlights.open(server, { url: server.url.replace('//', '//mill@'), password: 'race' })
    const commands = ['client|setname', 'info', 'eval', 'get', 'set', 'del', 'hset', 'pexpire', 'scan', 'unlink']
    const rights = ['~test:*', ...commands.map((command) => `+${command}`)]
    await world.redis.call('ACL', 'SETUSER', 'mill', 'on', '>race', ...rights)
    await world.fly(all)
    await world.start()
    await until(() => world.predictions === all.length)
    await complete(world)
    await world.redis.call('ACL', 'SETUSER', 'mill', '-hset')
    await world.fly([{ ...all[0], flightId: '400' }])
    await until(() => world.said.length > 0)
    expect(world.said).toEqual(['MILLRACE_STORE_DENIED'])
    await world.redis.call('ACL', 'SETUSER', 'mill', '+hset')
    await complete(world)
  })

  test('is forgotten with the stream', async () => {
    const world = await ProjectedFlights.open(await startRedis())
    await world.redis.set('test:flight-delay-2:status:0', 'of another stream')
    await world.fly(all)
    await world.start()
    await until(() => world.predictions === all.length)
    await complete(world)
    await world.stop()
    const { url } = world
    expect(await forgetProjection({ url, application: 'test', stream: 'flight-delay' })).toBeGreaterThan(all.length)
    expect(await world.redis.keys('*')).toEqual(['test:flight-delay-2:status:0'])
  })
})

describe.skipIf(noRedis)('a Redis in trouble costs no prediction:', () => {
  /** Plays flights while something happens to Redis halfway; all predictions are committed without it. Gives how long that took, ms. */
  async function during(
    world: ProjectedFlights,
    trouble: () => Promise<void> | void,
    healing: () => Promise<void> | void,
  ): Promise<number> {
    await world.fly(all.slice(0, 100))
    await world.start()
    await until(() => world.predictions === 100 && world.projection.figures.pending === 0)
    await trouble()
    const begunMs = performance.now()
    await world.fly(all.slice(100))
    await until(() => world.predictions === all.length)
    const tookMs = performance.now() - begunMs
    await until(() => world.projection.figures.state === 'waiting')
    expect(await world.committed()).toHaveProperty('size', all.length)
    await healing()
    await complete(world)
    expect(world.projection.figures.dropped).toBe(0)
    return tookMs
  }

  test('killed and started again', async () => {
    const server = await startRedis({ appendfsync: 'always' })
    const world = await ProjectedFlights.open(server)
    await during(
      world,
      () => server.kill(),
      () => server.startAgain(),
    )
    expect(world.said).toEqual(['MILLRACE_STORE_UNAVAILABLE', ''])
  })

  test('standing still: no commit waits as long as an answer of it would be waited for', async () => {
    const timeoutMs = 3000
    const server = await startRedis()
    const world = await ProjectedFlights.open(server, { timeoutMs })
    const signal = (name: NodeJS.Signals) => () => void process.kill(server.pid!, name)
    expect(await during(world, signal('SIGSTOP'), signal('SIGCONT'))).toBeLessThan(timeoutMs / 2)
    expect(world.said).toEqual(['MILLRACE_STORE_UNAVAILABLE', ''])
  })

  test('full', async () => {
    const world = await ProjectedFlights.open(await startRedis({ 'maxmemory-policy': 'noeviction' }))
    await during(
      world,
      async () => void (await world.redis.config('SET', 'maxmemory', '100kb')),
      async () => void (await world.redis.config('SET', 'maxmemory', '0')),
    )
    expect(world.said).toEqual(['MILLRACE_STORE_DISK_FULL', ''])
  })

  test('started again without what it held: all features come back with the next event', async () => {
    const server = await startRedis({ appendonly: 'no' })
    const world = await ProjectedFlights.open(server)
    await world.fly(all.slice(0, 399))
    await world.start()
    await until(() => world.task?.recovered.state.learning.count('learned') === 399 && world.task.isSettled)
    await until(() => world.projection.figures.pending === 0)
    const pattern = 'test:flight-delay:feature:originLateRate:*'
    const before = (await world.redis.keys(pattern)).toSorted()
    expect(before).toHaveLength(7)
    await server.kill()
    await server.startAgain()
    expect(await world.redis.keys('*')).toEqual([])
    const next = Date.UTC(2001, 0, 2)
    for (let i = 0; i < 2; i++) {
      // The first finds the connection lost; once that is mended the next transaction brings all.
      await world.fly([
        { ...all[399], flightId: String(400 + i), departedAt: next + i, landedAt: next + i + 3_600_000 },
      ])
      await until(() => world.predictions === 400 + i && world.said.length === 2)
    }
    await until(async () => (await world.redis.keys(pattern)).length === 7)
    expect((await world.redis.keys(pattern)).toSorted()).toEqual(before)
  })

  test('gone for long: the latest of as many keys as may wait are kept, and the others counted', async () => {
    const server = await startRedis()
    const world = await ProjectedFlights.open(server, { maxPending: 50 })
    await world.fly(all)
    await server.kill()
    await world.start()
    await until(() => world.predictions === all.length)
    await until(() => world.projection.figures.state === 'waiting')
    expect(world.projection.figures.pending).toBeLessThanOrEqual(50)
    expect(world.projection.figures.dropped).toBeGreaterThan(300)
    await server.startAgain()
    await until(() => world.projection.figures.state === 'writing' && world.projection.figures.pending === 0)
    expect(world.said).toEqual(['MILLRACE_STORE_UNAVAILABLE', ''])
    const committed = textsOf(await world.committed())
    const projected = await world.projected()
    expect(projected.size).toBeGreaterThan(0)
    for (const [id, hash] of projected) expect(hash).toEqual(committed.get(id))
  })

  test('refusing the password', async () => {
    const server = await startRedis({ requirepass: 'race' })
    const world = await ProjectedFlights.open(server, { password: 'wrong' })
    await world.fly(all)
    await world.start()
    await until(() => world.predictions === all.length && world.said.length > 0)
    expect(world.said).toEqual(['MILLRACE_STORE_DENIED'])
  })
})
