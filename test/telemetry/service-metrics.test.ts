import { describe, expect, it } from 'vitest'
import { MemoryLog } from '../../src/log/memory-log.ts'
import { ServiceMetrics } from '../../src/telemetry/service-metrics.ts'
import { FlightService, hastyClock } from '../api/flight-service.ts'
import { appendFlights } from '../api/append-flights.ts'
import { ManualClock } from '../contracts/manual-clock.ts'
import { flights, writeFlights } from '../task/flight-log.ts'

interface Metric {
  help: string
  type: string
  samples: { name: string; labels: Record<string, string>; value: number }[]
}

/** Reads the text format of Prometheus, version 0.0.4; throws at a line that is none. */
function parsed(text: string): Map<string, Metric> {
  const metrics = new Map<string, Metric>()
  let metric: Metric | undefined
  for (const line of text.split('\n')) {
    if (line === '') continue
    const help = /^# HELP (\S+) (.+)$/.exec(line)
    const type = /^# TYPE (\S+) (counter|gauge|histogram|summary)$/.exec(line)
    const sample = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)(?: \d+)?$/.exec(line)
    if (help) metrics.set(help[1], (metric = { help: help[2], type: '', samples: [] }))
    else if (type) metrics.get(type[1])!.type = type[2]
    else if (sample && metric) {
      const labels = Object.fromEntries(
        [...(sample[2] ?? '').matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, name, value]) => [name, value]),
      )
      const value = sample[3] === '+Inf' ? Infinity : Number(sample[3] === 'Nan' ? NaN : sample[3])
      metric.samples.push({ name: sample[1], labels, value })
    } else throw new Error(`no line of the format: ${line}`)
  }
  return metrics
}

const value = (metrics: Map<string, Metric>, name: string, labels: Record<string, string> = {}) =>
  metrics
    .get(name)
    ?.samples.find((sample) => Object.entries(labels).every(([label, wanted]) => sample.labels[label] === wanted))
    ?.value

async function running(count: number, service?: FlightService): Promise<FlightService> {
  const opened = service ?? (await FlightService.open({ log: new MemoryLog(), viewClock: hastyClock() }))
  await writeFlights(opened.log, opened.registry, flights(count, 1))
  await opened.start()
  await opened.committed(count * 2)
  return opened
}

describe('the metrics of a service', () => {
  it('are those of the stream, as of its last commit', async () => {
    const service = await running(600)
    const response = await service.app.inject('/metrics')
    expect(response.headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8')
    const metrics = parsed(response.body)
    const of = (name: string, labels = {}) => value(metrics, name, { stream: 'flight-delay', ...labels })
    expect(of('millrace_records_total')).toBe(1200)
    expect(of('millrace_predictions_total')).toBe(600)
    expect(of('millrace_labels_learned_total')).toBe(600)
    expect(of('millrace_pending_labels')).toBe(0)
    expect(of('millrace_consumer_lag_records')).toBe(0)
    expect(of('millrace_task_running')).toBe(1)
    expect(of('millrace_dead_letters_total')).toBe(0)
    expect(of('millrace_transactions_total')).toBe(service.task!.committed.seq)
    expect(of('millrace_stream_timestamp_seconds')).toBe(
      Math.max(...flights(600, 1).map(({ landedAt }) => landedAt)) / 1000,
    )
    expect(of('millrace_model_info', { role: 'champion' })).toBe(1)
    const { values } = service.task!.recovered.state.learning.evaluation.read()[0].rolling
    expect(of('millrace_log_loss', { role: 'champion' })).toBeCloseTo(values['log-loss'], 12)
    expect(of('millrace_roc_auc', { role: 'champion' })).toBeCloseTo(values['roc-auc'], 12)
    expect(of('millrace_log_loss', { role: 'baseline', model: 'originRate' })).toBeGreaterThan(0)
    expect(of('millrace_event_to_weight_seconds')).toBe(0) // history: its age says nothing of the service
    const kept = service.task!.recovered.state.learning.evaluation.read()[0].cohorts.mean.values
    const gauges = [...metrics.keys()].filter((name) => name.startsWith('millrace_cohort_'))
    expect(gauges).toHaveLength(Object.keys(kept).length + 2) // and the two of regression: none that nothing fills
    await service.close()
  })

  it('have a help, a type, and names by the rules of Prometheus', async () => {
    const service = await running(600)
    const all = new ServiceMetrics('1.2.3')
    const metrics = parsed((await service.metrics.text()) + (await all.text()))
    expect([...metrics.keys()].some((name) => name.startsWith('process_cpu_'))).toBe(true)
    for (const [name, { help, type, samples }] of metrics) {
      expect({ name, type }).toMatchObject({ type: expect.stringMatching(/^(counter|gauge|histogram|summary)$/) })
      expect(help.length).toBeGreaterThan(5)
      if (!name.startsWith('millrace_')) continue
      expect(name).toMatch(/^millrace_[a-z]+(_[a-z]+)*$/)
      expect({ name, isCounter: name.endsWith('_total') }).toEqual({ name, isCounter: type === 'counter' })
      expect(name).not.toMatch(/_(ms|millis|milliseconds|minutes|hours|kb|mb|percent|count|sum|bucket)(_|$)/)
      if (type === 'histogram') expect(name).toMatch(/_seconds$/)
      const labels = new Set(samples.flatMap((sample) => Object.keys(sample.labels)))
      labels.delete('le')
      const allowed = name === 'millrace_build_info' ? ['version', 'node'] : ['stream', 'role', 'model']
      expect({ name, foreign: [...labels].filter((label) => !allowed.includes(label)) }).toEqual({ name, foreign: [] })
      for (const label of labels) expect(name).not.toContain(`_${label}_`)
      const isRatio = name.endsWith('_ratio')
      for (const sample of samples) if (isRatio) expect(sample.value >= 0 && sample.value <= 1).toBe(true)
    }
    await service.close()
  })

  it('have no more label sets for more keys, commits and scrapes', async () => {
    const few = await running(1500)
    const many = await running(4000)
    const series = async ({ metrics }: FlightService) => {
      for (let i = 0; i < 3; i++) await metrics.text()
      return (await metrics.text())
        .split('\n')
        .filter((line) => line.startsWith('millrace_'))
        .map((line) => line.slice(0, line.lastIndexOf(' ')))
    }
    const before = await series(few)
    const after = await series(many)
    expect(after.filter((one) => !before.includes(one))).toEqual([])
    const sets = Map.groupBy(
      after.filter((one) => !one.includes('le="')),
      (one) => one.split('{')[0],
    )
    for (const [name, ofName] of sets) expect({ name, few: ofName.length < 10 }).toEqual({ name, few: true })
    await few.close()
    await many.close()
  })

  it('tell nothing of a task that has gone to another process, but what was counted', async () => {
    const service = await running(50)
    const of = async (name: string) =>
      value(parsed((await service.app.inject('/metrics')).body), name, { stream: 'flight-delay' })
    expect(await of('millrace_pending_labels')).toBe(0)
    expect(await of('millrace_consumer_lag_records')).toBe(0)
    await service.stop()
    service.view.standing('standby', { seq: 3, behind: 2 })
    for (const name of ['pending_labels', 'consumer_lag_records', 'task_paused', 'transactions_since_snapshot'])
      expect(await of(`millrace_${name}`), name).toBeUndefined()
    expect(await of('millrace_standby_lag_transactions')).toBe(2)
    expect(await of('millrace_task_running')).toBe(0)
    expect(await of('millrace_predictions_total')).toBe(50)
    await service.close()
  })

  it('count signals and steps of models by kind, each kind from 0', async () => {
    const service = await running(50)
    const metrics = parsed((await service.app.inject('/metrics')).body)
    const kinds = (name: string) =>
      metrics.get(`millrace_${name}_total`)!.samples.map(({ labels, value: count }) => [labels.kind, count])
    expect(kinds('signal_kinds')).toEqual(
      ['drift', 'warning', 'improved', 'data_quality', 'late'].map((kind) => [kind, 0]),
    )
    expect(Object.fromEntries(kinds('model_steps'))).toMatchObject({ promoted: 0, rolled_back: 0, failed: 0 })
    service.metrics.tasks.committed('flight-delay', {
      rows: 1,
      signals: ['data-quality', 'drift', 'drift'],
      models: ['promoted'],
      latencyMs: 1,
      committedAtMs: 1,
      newestArrivalMs: undefined,
    })
    const text = await service.metrics.text()
    expect(text).toContain('millrace_signal_kinds_total{stream="flight-delay",kind="drift"} 2')
    expect(text).toContain('millrace_signal_kinds_total{stream="flight-delay",kind="data_quality"} 1')
    expect(text).toContain('millrace_model_steps_total{stream="flight-delay",kind="promoted"} 1')
    await service.close()
  })

  it('time a record from its arrival to the commit of what was learned from it', async () => {
    const clock = new ManualClock(flights(10, 1).at(-1)!.landedAt + 20_000_000)
    const service = await FlightService.open({ log: new MemoryLog(), clock })
    await writeFlights(service.log, service.registry, [])
    await service.start()
    const [flight] = flights(1, 1)
    const live = { ...flight, departedAt: clock.now() - 7000, landedAt: clock.now() - 2000 }
    await appendFlights(service, [live])
    clock.advance(0)
    while (service.view.figures()?.progress.counters.learned !== 1) {
      clock.advance(1)
      await new Promise((resolve) => setImmediate(resolve))
    }
    const metrics = parsed(await service.metrics.text())
    const { samples } = metrics.get('millrace_event_to_weight_seconds')!
    const count = samples.find(({ name }) => name.endsWith('_count'))!.value
    const sum = samples.find(({ name }) => name.endsWith('_sum'))!.value
    expect(count).toBeGreaterThan(0)
    expect(sum / count).toBeGreaterThanOrEqual(2)
    await service.close()
  })
})
