import { describe, expect, it } from 'vitest'
import { MillraceError } from '../../src/errors.ts'
import { systemClock } from '../../src/log/clock.ts'
import { MemoryLog } from '../../src/log/memory-log.ts'
import type { SchemaRegistry } from '../../src/codec/schema-registry.ts'
import { flights, newRegistry, writeFlights } from '../task/flight-log.ts'
import type { CommittedFigures } from '../../src/telemetry/committed-figures.ts'
import { FlightService, hastyClock } from './flight-service.ts'

describe('a stream seen through its task', () => {
  it('shows nothing that is not committed, while the next transaction is computed', async () => {
    let hold: PromiseWithResolvers<void> | undefined
    let reached = Promise.withResolvers<void>()
    const before = (call: string) => {
      if (call !== 'commit' || hold === undefined) return undefined
      reached.resolve()
      return hold.promise
    }
    const service = await FlightService.open({
      log: new MemoryLog({ hooks: { before } }),
      viewClock: hastyClock(),
      task: { batchRows: 10 },
    })
    const computed = () => service.task!.recovered.state.learning.count('predicted')
    await writeFlights(service.log, service.registry, flights(200, 1))
    await service.start()
    expect(service.view.figures()?.progress.counters.predictions).toBe(0)
    const shown: number[] = []
    for (let round = 0; round < 8; round++) {
      reached = Promise.withResolvers()
      hold = Promise.withResolvers<void>()
      await reached.promise
      for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve))
      const published = await service.app.inject('/streams/flight-delay/predictions?limit=1000')
      const { progress, scores } = service.view.figures()!
      expect(progress.counters.predictions).toBeLessThanOrEqual(published.json().records.length)
      expect(progress.counters.predictions).toBeLessThan(computed())
      expect(scores[0].outcomes).toBeLessThanOrEqual(progress.counters.learned)
      shown.push(progress.counters.predictions)
      const { resolve } = hold
      hold = undefined
      resolve()
      if (computed() === 200) break
    }
    expect(shown).toEqual(shown.toSorted((a, b) => a - b))
    await service.committed(400)
    expect(service.view.figures()?.progress.counters).toMatchObject({ predictions: 200, learned: 200 })
    await service.close()
  })

  it('says that it is stalled while the schema registry does not answer, and goes on when it does', async () => {
    const registry = newRegistry()
    let isDown = true
    const flaky: SchemaRegistry = {
      register: (subject, schema) => registry.register(subject, schema),
      schemaOf: async (id) => {
        if (!isDown) return registry.schemaOf(id)
        throw new MillraceError('MILLRACE_CODEC_REGISTRY_UNREACHABLE', 'registry', 'no answer', 'Wait')
      },
      close: () => registry.close(),
    }
    const troubled = Promise.withResolvers<void>()
    const clock = { now: systemClock.now, after: (_ms: number, call: () => void) => systemClock.after(1, call) }
    const service: FlightService = await FlightService.open({
      log: new MemoryLog(),
      clock,
      task: {
        registry: flaky,
        onTrouble: (error) => {
          service.view.hooks.onTrouble(error)
          troubled.resolve()
        },
      },
    })
    await writeFlights(service.log, registry, flights(20, 1))
    await service.start()
    await troubled.promise
    expect(service.view.phase()).toEqual({ phase: 'stalled', reason: 'registry: no answer. Wait' })
    expect((await service.app.inject('/ready')).json()).toMatchObject({ status: 503, code: 'MILLRACE_API_NOT_READY' })
    const text = await service.metrics.text()
    expect(text).toContain('millrace_task_stalled{stream="flight-delay"} 1')
    expect(text).toContain('millrace_task_running{stream="flight-delay"} 1')
    isDown = false
    await service.committed(40)
    expect(service.view.phase()).toEqual({ phase: 'running', reason: '' })
    expect(await service.metrics.text()).toContain('millrace_task_stalled{stream="flight-delay"} 0')
    await service.close()
  })

  it('tells of a replay, and shows what was committed all the while', async () => {
    const phases: string[] = []
    const known: { before?: CommittedFigures } = {}
    const pause = async () => {
      const { phase } = service.view.phase()
      if (known.before !== undefined && phase !== 'running') {
        phases.push(phase)
        expect(service.view.figures()?.progress.counters).toEqual(known.before.progress.counters)
      }
      await new Promise((resolve) => setImmediate(resolve))
    }
    const service: FlightService = await FlightService.open({
      log: new MemoryLog(),
      viewClock: hastyClock(),
      task: { snapshotDue: () => false, batchRows: 16, commitIntervalMs: 0, pause },
    })
    await writeFlights(service.log, service.registry, flights(100, 1))
    await service.start()
    await service.committed(200)
    known.before = service.view.figures()
    await service.fence()
    await writeFlights(service.log, service.registry, flights(1, 9))
    await service.ended()
    expect(service.view.figures()?.progress.counters).toEqual(known.before?.progress.counters)
    await service.start()
    expect(phases.length).toBeGreaterThan(5)
    expect(phases).toContain('replaying')
    expect(service.view.figures()).toMatchObject({
      progress: known.before?.progress,
      scores: known.before?.scores,
      commit: { incarnation: 2 },
    })
    expect(service.view.phase().phase).toBe('running')
    await service.committed(202)
    expect(service.view.figures()?.progress.counters.predictions).toBe(101)
    const text = await service.metrics.text()
    expect(text).toContain('millrace_replays_total{stream="flight-delay"} 1')
    expect(text).toMatch(/millrace_replayed_transactions_total\{stream="flight-delay"} [1-9]/)
    expect(text).toContain('millrace_task_failures_total{stream="flight-delay"} 1')
    await service.close()
  })
})
