import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, expect, it } from 'vitest'
import { HistoryProducer } from '../../src/cli/history-producer.ts'
import { EmbeddedPlatform } from '../../src/service/embedded-platform.ts'
import { loadStream } from '../../src/service/load-stream.ts'
import { SeededRandom } from '../../src/stats/seeded-random.ts'
import { endOf, type JournalRecord } from '../../src/task/journal-record.ts'
import { readOutputs, type PredictionRecord } from '../../src/testing/read-outputs.ts'
import history from '../../streams/flight-delay.history.ts'
import { MillraceProcess } from '../process/millrace-process.ts'
import { checkRun } from './check-run.ts'
import { JournalWatch } from './journal-watch.ts'
import { writeResults } from './results-file.ts'

const RECORDS = 600_000
const KILLS = 15
const STREAM = 'flight-delay'
const LOOK_MS = 100 // the journal is trimmed after every second snapshot: it is looked at more often
const root = mkdtempSync(join(tmpdir(), 'millrace-retraining-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

/** What a run has left: its journal, what came of checking it, and its predictions. */
interface Left {
  readonly records: readonly JournalRecord[]
  readonly checked: ReturnType<typeof checkRun>
  readonly predictions: readonly PredictionRecord[]
}

/** Runs the demo's stream, retraining and all, over a copy of the backlog, and kills it so many times. */
async function run(name: string, kills: number, random: SeededRandom): Promise<Left> {
  const folder = join(root, name)
  const data = join(folder, 'data')
  mkdirSync(folder)
  cpSync(join(root, 'backlog'), data, { recursive: true })
  const watch = new JournalWatch(data, STREAM, folder)
  const start = () => new MillraceProcess(['run', STREAM, '--until-caught-up', '--data', data])
  for (let kill = 0; kill < kills; kill++) {
    const running = start()
    await running.said(/running {2}/)
    await wait(random.next() * 400) // the moment to kill it is what varies
    running.signal('SIGKILL')
    expect(['SIGKILL', 0]).toContain(await running.ended())
    await watch.look()
  }
  const last = start()
  const ended = last.ended()
  for (let done = false; !done; await watch.look())
    done = await Promise.race([ended.then(() => true), wait(LOOK_MS).then(() => false)])
  expect([await ended, last.errors]).toEqual([0, ''])
  expect(watch.history.violation()).toBeUndefined()
  const journal = join(folder, 'journal')
  watch.save(journal)
  const { records, models } = watch
  await watch.close()
  const checked = checkRun({ data, streams: 'streams', stream: STREAM, journal, models })
  const platform = new EmbeddedPlatform({ data, durability: 'process' })
  const { predictions } = await readOutputs(platform.log, STREAM)
  await platform.close()
  return { records, checked, predictions }
}

/** At how many departures each retrained model entered, in the order of the inputs. */
function entrances(records: readonly JournalRecord[]): number[] {
  const entered = records.filter(({ decisions }) => decisions.some(({ kind }) => kind === 'trained'))
  return entered.map(({ from, partitions }) => from[partitions.indexOf('flights.departures/0')])
}

it('with retraining on, a killed run is what its journal says, and differs from an undisturbed one only by when models came', async () => {
  const platform = new EmbeddedPlatform({ data: join(root, 'backlog'), durability: 'process' })
  const loaded = await loadStream({ streams: 'streams', schemas: 'schemas' }, STREAM)
  const producer = await HistoryProducer.open(loaded, platform)
  const stop = new AbortController().signal
  await producer.play(history(), { speed: Infinity, limit: RECORDS, lag: () => 0, stop })
  await platform.close()

  const random = new SeededRandom(5)
  const undisturbed = await run('undisturbed', 0, random)
  const killed = await run('killed', KILLS, random)
  for (const { checked, records } of [undisturbed, killed]) {
    expect([checked.outputs, checked.state, checked.gapless]).toEqual([undefined, undefined, true])
    expect(checked.trained).toBeGreaterThan(0)
    expect(endOf(records[records.length - 1]).reduce((sum, end) => sum + end, 0)).toBe(RECORDS)
  }
  const [calm, rough] = [undisturbed, killed].map(({ records }) => entrances(records))
  const firstEntrance = Math.min(...[calm, rough].flat().filter((at) => calm.includes(at) !== rough.includes(at)))
  const firstDifference = undisturbed.predictions.findIndex(
    (prediction, i) => JSON.stringify(prediction) !== JSON.stringify(killed.predictions[i]),
  )
  expect(killed.predictions).toHaveLength(undisturbed.predictions.length)
  if (firstDifference >= 0) expect(firstDifference).toBeGreaterThanOrEqual(firstEntrance)
  const counts = ({ checked }: Left) => ({ transactions: checked.transactions, trained: checked.trained })
  writeResults('retraining', {
    records: RECORDS,
    kills: killed.checked.incarnations - 1,
    undisturbed: { ...counts(undisturbed), modelsCameAt: calm },
    killed: { ...counts(killed), modelsCameAt: rough },
    firstDifference,
  })
})
