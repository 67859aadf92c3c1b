import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { committedFiles, cutWriteAheadLog, tearCheckpoint } from './cut-write-ahead-log.ts'
import { expectedTransaction, places, wholeTransactions } from './expected-transaction.ts'
import { killWhileCommitting } from './kill-while-committing.ts'
import { EmbeddedLog } from '../../src/log/embedded-log.ts'
import { readAll, recordsOf } from '../contracts/log-records.ts'
import { ChildProcess } from './child-process.ts'

let directory: string

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'millrace-log-'))
})

afterEach(() => {
  rmSync(directory, { recursive: true, force: true })
})

test('a process that is killed in the midst of its commits leaves whole transactions, and all that were answered', async () => {
  expect(await killWhileCommitting(directory, 12, 1)).toBeGreaterThan(10)
})

test('a power failure leaves exactly the transactions that were synced', async () => {
  const wreck = await committedFiles(directory, 16)
  expect(await cutWriteAheadLog(directory, wreck, 30, 2)).toBeGreaterThan(20)
  await expect(tearCheckpoint(directory, wreck, 10, 3)).resolves.toBeUndefined()
})

test.runIf(process.platform === 'linux')(
  'a commit that the disk fails leaves whole transactions, and says that its outcome is unknown',
  async () => {
    for (let round = 0; round < 4; round++) {
      const child = new ChildProcess('committing-process.ts', [directory], 400_000 + 5000 * round)
      await child.exited
      const said = child.output.trimEnd().split('\n')
      expect(said.pop()).toBe('MILLRACE_LOG_UNKNOWN_OUTCOME')
      const acknowledged = Number(said.pop())
      const log = new EmbeddedLog(directory)
      const transactions = wholeTransactions(await Promise.all(places.map((place) => readAll(log, place))))
      expect([acknowledged + 1, acknowledged + 2]).toContain(transactions)
      await log.close()
      rmSync(directory, { recursive: true })
    }
  },
)

test('what checks for whole transactions tells a torn, a lost and a doubled one', () => {
  const records = places.map((_, index) =>
    [0, 1, 2].flatMap((n) => {
      const { count, timestamps, ...batch } = expectedTransaction(n)[index]
      const offsets = new Float64Array(count)
      return recordsOf({ ...batch, count, timestamps, offsets, headers: undefined, next: 0 })
    }),
  )
  const numberedFrom0 = records.map((list) => list.map((record, offset) => ({ ...record, offset })))
  expect(wholeTransactions(numberedFrom0)).toBe(3)
  for (const change of [
    (list: unknown[]) => list.pop(),
    (list: unknown[]) => list.push(list.at(-1)),
    (list: unknown[]) => list.splice(1, 1),
    (list: unknown[]) => list.reverse(),
  ]) {
    const changed = structuredClone(numberedFrom0)
    change(changed[1])
    expect(() => wholeTransactions(changed)).toThrow()
  }
})
