import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, expect, test } from 'vitest'
import { HistoryProducer } from '../../src/cli/history-producer.ts'
import { EmbeddedPlatform } from '../../src/service/embedded-platform.ts'
import { loadStream } from '../../src/service/load-stream.ts'
import { SeededRandom } from '../../src/stats/seeded-random.ts'
import history from '../../streams/flight-delay.history.ts'
import { readFlightData } from './flight-data.ts'
import { MillraceProcess, runMillrace } from './millrace-process.ts'

const RECORDS = 600_000
const KILLS = 10
const streams = join(import.meta.dirname, 'streams')
const root = mkdtempSync(join(tmpdir(), 'millrace-kills-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

/** A data directory whose input topics hold the beginning of the history. */
async function backlog(data: string): Promise<void> {
  const platform = new EmbeddedPlatform({ data, durability: 'process' })
  const producer = await HistoryProducer.open(
    await loadStream({ streams, schemas: 'schemas' }, 'flight-delay'),
    platform,
  )
  const stop = new AbortController().signal
  await producer.play(history(), { speed: Infinity, limit: RECORDS, lag: () => 0, stop })
  await platform.close()
}

test('a stream killed ten times at random moments publishes what an undisturbed run publishes', async () => {
  const undisturbed = join(root, 'undisturbed')
  const killed = join(root, 'killed')
  await backlog(undisturbed)
  cpSync(undisturbed, killed, { recursive: true })
  const run = (data: string) => ['run', 'flight-delay', '--until-caught-up', '--data', data]
  const environment = { MILLRACE_COMMIT_INTERVAL: '10ms', MILLRACE_STREAMS: streams }
  expect(await runMillrace(run(undisturbed), environment)).toMatchObject({ exitCode: 0 })
  const expected = await readFlightData(undisturbed)
  expect(expected).toMatchObject({ predictions: expected.departures, gapless: true })

  const random = new SeededRandom(7)
  const held: number[] = []
  for (let kill = 0; kill < KILLS; kill++) {
    const running = new MillraceProcess(run(killed), environment)
    await running.said(/running {2}/)
    await wait(random.next() * 300) // the moment to kill it is what varies; a fast machine may be done before
    running.signal('SIGKILL')
    expect(['SIGKILL', 0]).toContain(await running.ended())
    held.push((await readFlightData(killed)).predictions)
  }
  expect(held.filter((count) => count > 0 && count < expected.predictions).length).toBeGreaterThan(1)
  expect(await runMillrace(run(killed), environment)).toMatchObject({ exitCode: 0 })
  expect(await readFlightData(killed)).toEqual(expected)
  console.log(`predictions after each kill, of ${expected.predictions}: ${held.join(', ')}`)
})
