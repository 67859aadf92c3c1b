import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { commandLine } from '../../src/cli/command-line.ts'
import { leafCommands } from '../cli/leaf-commands.ts'
import { runMillrace } from './millrace-process.ts'

const folder = mkdtempSync(join(tmpdir(), 'millrace-json-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const data = join(folder, 'data')
const model = join(folder, 'first.model')
const departures = join(folder, 'departures.csv')
writeFileSync(departures, 'flightId,departedAt,distance,origin,destination\nmine,2001-01-01T10:00:00Z,733,ORD,LGA\n')

/** One use of each command, in an order in which each has something to show; and some of what it prints. */
const uses: readonly (readonly [use: string, printed: unknown])[] = [
  ['demo --speed max --limit 6000 --once', { stream: 'flight-delay', played: 6000 }],
  ['topics', expect.arrayContaining([expect.objectContaining({ name: 'flights.departures', partitions: 1 })])],
  [`produce flights.departures --from ${departures}`, { topic: 'flights.departures', written: 1, bad: 0 }],
  ['pause flight-delay', { id: expect.any(String), by: 'topic' }],
  ['resume flight-delay', { id: expect.any(String), by: 'topic' }],
  ['promote flight-delay v0.0-c1', { id: expect.any(String), by: 'topic' }],
  ['run flight-delay --until-caught-up', { stream: 'flight-delay', predictions: 1 }],
  ['rollback flight-delay', { id: expect.any(String), by: 'topic' }],
  ['retrain flight-delay', { id: expect.any(String), by: 'topic' }],
  ['run flight-delay --until-caught-up', { stream: 'flight-delay', predictions: 0 }],
  ['rollback flight-delay', 65],
  ['inspect flight-delay', { stream: 'flight-delay', partitions: [{ lag: 0 }, { lag: 0 }] }],
  ['plan flight-delay', { stream: 'flight-delay' }],
  ['tail flight-delay.models -n 1', { topic: 'flight-delay.models' }],
  ['models list flight-delay', { stream: 'flight-delay' }],
  ['models steps flight-delay', expect.arrayContaining([expect.objectContaining({ kind: 'promoted' })])],
  [`models export flight-delay v0.0 --out ${model}`, { version: 'v0.0', file: model }],
  [`models show ${model}`, {}],
  ['dead-letters list flight-delay', []],
  ['dead-letters replay flight-delay --all', { replayed: 0 }],
  ['dead-letters show flight-delay 0', 66],
  ['dead-letters list flight-dely', 66],
  [`produce flight-delay.journal --from ${departures} --schema departure.avsc --key flightId`, 64],
  ['check flight-delay --limit 2000', { stream: 'flight-delay' }],
  ['backtest flight-delay --limit 5000', { metrics: { logLoss: expect.any(Number) } }],
  ['types --check', {}],
  ['config', expect.anything()],
  ['doctor', expect.anything()],
  ['new flight-delay --from test/data/phishing.csv.gz --label is_phishing', 73],
  ['reset flight-delay --yes', { stream: 'flight-delay' }],
]

describe('every command with --json', () => {
  it('has a use here', () => {
    const used = uses.map(([use]) => use)
    const unused = leafCommands(commandLine()).filter(
      ({ path }) => !used.some((use) => `${use} `.startsWith(`${path} `)),
    )
    expect(unused.map(({ path }) => path)).toEqual([])
  })

  it.each(uses)('prints JSON and nothing else: millrace %s', async (use, printed) => {
    const { exitCode, output, errors } = await runMillrace([...use.split(' '), '--json', '--data', data])
    if (typeof printed === 'number') {
      expect({ exitCode, output }).toEqual({ exitCode: printed, output: '' })
      expect(errors).toMatch(/^millrace: .+: .+\. .+\.\n$/)
      return
    }
    expect({ exitCode, errors }).toEqual({ exitCode: 0, errors: '' })
    const json: unknown = JSON.parse(output)
    if (Array.isArray(printed)) expect(json).toEqual(printed)
    else if ('asymmetricMatch' in (printed as object)) expect(json).toEqual(printed)
    else expect(json).toMatchObject(printed as object)
  })
})
