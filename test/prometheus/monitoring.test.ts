import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { dashboard, dashboardJson } from '../../deploy/grafana/dashboard.ts'
import { missingTools } from '../cluster/missing-tools.ts'
import { until } from '../redis/projected-flights.ts'
import { noRedis, startRedisForAll } from '../redis/start-redis.ts'
import { LocalPrometheus } from './local-prometheus.ts'
import { VisitingService } from './visiting-service.ts'

const deploy = join(import.meta.dirname, '../../deploy')
const noPrometheus = missingTools([
  { command: 'prometheus', debianPackage: 'prometheus' },
  { command: 'promtool', debianPackage: 'prometheus' },
])

/** Every query of the board, by panel. */
const queries = dashboard().panels!.flatMap((panel) =>
  ('targets' in panel ? (panel.targets ?? []) : []).map((target) => ({
    title: panel.title as string,
    expression: (target as unknown as { expr: string }).expr,
  })),
)

describe('the board', () => {
  test('is as the code that builds it says', () => {
    expect(readFileSync(join(deploy, 'grafana/dashboards/millrace.json'), 'utf8')).toBe(dashboardJson())
  })

  test('shows something in every panel, and says what', () => {
    const panels = dashboard().panels!.filter(({ type }) => type !== 'row')
    expect(panels.length).toBeGreaterThan(20)
    for (const panel of panels) {
      expect(panel).toMatchObject({ title: expect.any(String), description: expect.stringMatching(/\w/) })
      expect('targets' in panel && panel.targets?.length, panel.title).toBeGreaterThan(0)
    }
  })
})

test('no panel of the board lies over another, and none beyond its edge', () => {
  const places = dashboard().panels!.map(({ gridPos }) => gridPos!)
  for (const { x, w } of places) expect(x + w).toBeLessThanOrEqual(24)
  const overlaps = places.filter((a, i) =>
    places.some((b, j) => j > i && a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h),
  )
  expect(overlaps).toEqual([])
})

describe.skipIf(noPrometheus)('the alert rules', () => {
  const folder = join(deploy, 'prometheus')

  test('are right, and fire when they should, as promtool sees it', () => {
    const promtool = (...args: string[]) => spawnSync('promtool', args, { encoding: 'utf8', cwd: folder })
    expect(promtool('check', 'config', 'prometheus.yml')).toMatchObject({ status: 0 })
    expect(promtool('test', 'rules', 'alerts.test.yml')).toMatchObject({ status: 0 })
  })

  test('are each tested, and told of in docs/monitoring.md', () => {
    const names = alertNames(readFileSync(join(folder, 'alerts.yml'), 'utf8'), 'alert')
    expect(names.length).toBeGreaterThan(15)
    const tested = new Set(alertNames(readFileSync(join(folder, 'alerts.test.yml'), 'utf8'), 'alertname'))
    const page = readFileSync(join(deploy, '../docs/monitoring.md'), 'utf8')
    expect(names.filter((name) => !tested.has(name) || !page.includes(`\n### ${name}\n`))).toEqual([])
    expect([...page.matchAll(/^### (Millrace\w+)$/gm)].map(([, name]) => name)).toEqual(names)
  })
})

function alertNames(text: string, field: string): string[] {
  return [...text.matchAll(new RegExp(`[ {]${field}: (\\w+)`, 'g'))].map(([, name]) => name)
}

describe.skipIf(noPrometheus || noRedis)('a Prometheus that looks at a service', () => {
  let visiting: VisitingService
  let prometheus: LocalPrometheus
  let stopRedis: () => Promise<void>

  beforeAll(async () => {
    const redis = await startRedisForAll()
    stopRedis = redis.stop
    visiting = await VisitingService.start(redis.url)
    prometheus = await LocalPrometheus.start(`127.0.0.1:${visiting.port}`)
    await until(async () => (await prometheus.query('millrace_records_total')).length > 0)
    await visiting.visit(30_000)
    visiting.turn()
    await visiting.visit(8000) // no more than are kept for the new model until it is there
    await until(async () => (await visiting.counts('millrace_model_steps_total', 'trained')) > 0)
    await visiting.visit(60_000)
    await until(async () => (await visiting.counts('millrace_model_steps_total', 'promoted')) > 0)
    await visiting.visit(100, true)
    await until(async () => (await prometheus.query('millrace_model_steps_total{kind="promoted"} > 0')).length > 0)
    await until(async () => (await prometheus.query('sum(millrace_consumer_lag_records) == 0')).length > 0)
  }, 60_000)

  afterAll(async () => {
    await prometheus?.stop()
    await visiting?.stop()
    await stopRedis?.()
  })

  test.each(queries)('finds something for $title: $expression', async ({ expression }) => {
    const filled = expression.replaceAll('$stream', '.+').replaceAll('$__rate_interval', '1m')
    const samples = await prometheus.query(filled)
    expect(samples.length, filled).toBeGreaterThan(0)
    expect(
      samples.some(({ value }) => !Number.isNaN(value)),
      filled,
    ).toBe(true)
  })

  test('sees the drift and the swap', async () => {
    expect((await prometheus.query('millrace_signal_kinds_total{kind="drift"}'))[0].value).toBeGreaterThan(0)
    const [champion] = await prometheus.query('millrace_model_info{role="champion"}')
    expect(champion.metric.model).not.toBe('v0.0')
    const annotations = dashboard().annotations!.list!.map((one) => (one as unknown as { expr: string }).expr)
    const promoted = annotations[0].replaceAll('$stream', '.+').replaceAll('$__interval', '10m')
    expect(await prometheus.query(promoted)).toMatchObject([{ metric: { stream: 'visits' } }])
  })

  test('evaluates every rule, on metrics that are there', async () => {
    await until(async () => (await prometheus.rules()).every(({ health }) => health === 'ok'))
    const rules = await prometheus.rules()
    expect(rules.length).toBeGreaterThan(15)
    for (const { name, query } of rules) {
      // With `bool` a comparison gives 0 or 1 for everything it looks at, instead of only what it is true of.
      const looked = query.replaceAll(/ (==|!=|<=|>=|<|>) /g, ' $1 bool ').replace(/ unless .*$/, '')
      const samples = await prometheus.query(looked)
      expect(samples.length, `${name}: ${looked}`).toBeGreaterThan(0)
    }
    const firing = rules.filter(({ state }) => state === 'firing').map(({ name }) => name)
    expect(firing).toEqual(['MillraceDrift']) // and nothing else is the matter
  })
})
