import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { readFlightData } from './flight-data.ts'
import { MillraceProcess, runMillrace } from './millrace-process.ts'

const RECORDS = 150_000
const data = mkdtempSync(join(tmpdir(), 'millrace-demo-'))
afterAll(() => rmSync(data, { recursive: true, force: true }))

test('the demo predicts within 15 s, stops cleanly, survives a kill, and goes on where it was to the end', async () => {
  const demo = ['demo', '--data', data, '--limit', String(RECORDS), '--speed', '6h']
  const begun = performance.now()
  const first = new MillraceProcess(demo)
  await first.said(/running {2}[1-9][\d,]* events\/s/)
  expect(performance.now() - begun).toBeLessThan(15_000)
  first.signal('SIGINT')
  expect(await first.ended()).toBe(0)
  expect(first.output).toContain('Starting again goes on from here.')
  expect(first.output + first.errors).not.toMatch(/warn|deprecat|error/i)

  const stopped = await readFlightData(data)
  expect(stopped.predictions).toBeGreaterThan(0)
  expect(stopped.predictions).toBeLessThanOrEqual(stopped.departures)
  expect(stopped.gapless).toBe(true)
  expect(stopped.departures + stopped.arrivals).toBeLessThan(RECORDS)

  const killed = new MillraceProcess(demo)
  await killed.said(/Going on with the history[\s\S]*running {2}[1-9][\d,]* events\/s/)
  killed.signal('SIGKILL')
  expect(await killed.ended()).toBe('SIGKILL')

  const last = await runMillrace([...demo, '--once', '--speed', 'max'])
  expect(last.exitCode).toBe(0)
  const all = await readFlightData(data)
  expect(all.departures + all.arrivals).toBe(RECORDS)
  expect(all.predictions).toBe(all.departures)
  expect(all.gapless).toBe(true)
})
