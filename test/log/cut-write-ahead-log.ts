import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { EmbeddedLog } from '../../src/log/embedded-log.ts'
import { SeededRandom } from '../../src/stats/seeded-random.ts'
import { outgoing, numbered, readAll } from '../contracts/log-records.ts'
import { expectedTransaction, places, wholeTransactions } from './expected-transaction.ts'

const pageBytes = 8192

/** What is on the disk after a power failure: the file, and as much of the write-ahead log as got there. */
interface Wreck {
  readonly file: Buffer
  /** The file once all of the write-ahead log was moved into it. */
  readonly fileAfter: Buffer
  readonly writeAhead: Buffer
  /** The size of the write-ahead log when each commit was answered: so much was synced. */
  readonly syncedAt: readonly number[]
}

/** Commits transactions, and takes the files as they are before anything is moved out of the write-ahead log. */
export async function committedFiles(directory: string, transactions: number): Promise<Wreck> {
  const log = new EmbeddedLog(directory)
  await log.createTopic('journal', { partitions: 1 })
  await log.createTopic('outputs', { partitions: 2 })
  const producer = await log.transactionalProducer('task')
  const path = join(directory, 'log.sqlite')
  const syncedAt: number[] = [statSync(`${path}-wal`).size]
  for (let n = 0; n < transactions; n++) {
    await producer.send(expectedTransaction(n))
    await producer.commit()
    syncedAt.push(statSync(`${path}-wal`).size)
  }
  // By another process: closing a file here would take SQLite's locks on it away.
  execFileSync('cp', [path, `${path}-wal`, join(directory, 'log.lock')].concat(copyOf(directory)))
  await log.close()
  const copy = join(copyOf(directory), 'log.sqlite')
  return { file: readFileSync(copy), fileAfter: readFileSync(path), writeAhead: readFileSync(`${copy}-wal`), syncedAt }
}

function copyOf(directory: string): string {
  const copy = join(directory, 'copy')
  mkdirSync(copy, { recursive: true })
  return copy
}

/**
 * Cuts the write-ahead log at random places, with or without rubbish behind the cut, and opens what is left; throws where
 * it then holds anything but the transactions that were synced whole, or takes no new ones. Gives how many cuts fell inside of a commit.
 */
export async function cutWriteAheadLog(directory: string, wreck: Wreck, cuts: number, seed: number): Promise<number> {
  const random = new SeededRandom(seed)
  let inside = 0
  for (let cut = 0; cut < cuts; cut++) {
    const [first] = wreck.syncedAt
    const at = first + random.nextInt(wreck.writeAhead.length - first + 1)
    const rest = Buffer.alloc(random.nextInt(3) === 0 ? 0 : wreck.writeAhead.length - at)
    if (random.nextInt(2) === 0) for (let i = 0; i < rest.length; i++) rest[i] = random.nextInt(256)
    const writeAhead = Buffer.concat([wreck.writeAhead.subarray(0, at), rest])
    const intact = sameFrom(at, writeAhead, wreck.writeAhead)
    const expected = wreck.syncedAt.findLastIndex((size) => size <= intact)
    if (wreck.syncedAt[expected] !== intact) inside++
    await check(join(directory, 'wreck'), wreck.file, writeAhead, expected, `cut at ${at}`)
  }
  return inside
}

/** As if the power failed while the write-ahead log was being moved into the file: any of its pages may have got there. */
export async function tearCheckpoint(directory: string, wreck: Wreck, times: number, seed: number): Promise<void> {
  const random = new SeededRandom(seed)
  for (let time = 0; time < times; time++) {
    const file = Buffer.from(wreck.fileAfter)
    const arrived = random.next()
    for (let page = 0; page < wreck.file.length; page += pageBytes) {
      if (random.next() > arrived) wreck.file.copy(file, page, page, page + pageBytes)
    }
    const expected = wreck.syncedAt.length - 1
    await check(join(directory, 'wreck'), file, wreck.writeAhead, expected, `time ${time}`)
  }
}

/** Opens what is left; throws where it holds anything but the first `expected` transactions, or takes no new records. */
async function check(folder: string, file: Buffer, writeAhead: Buffer, expected: number, place: string): Promise<void> {
  mkdirSync(folder)
  writeFileSync(join(folder, 'log.sqlite'), file)
  writeFileSync(join(folder, 'log.sqlite-wal'), writeAhead)
  const log = new EmbeddedLog(folder)
  const found = wholeTransactions(await Promise.all(places.map((at) => readAll(log, at))))
  if (found !== expected) throw new Error(`${place}: ${found} transactions, not the ${expected} that were synced`)
  await log.append([outgoing('journal', 0, numbered('new', 1))])
  await log.close()
  const again = new EmbeddedLog(folder)
  const journal = await readAll(again, places[0])
  if (journal.at(-1)?.value !== 'new0' || journal.length !== expected + 1) throw new Error(`${place}: it takes no more`)
  await again.close()
  rmSync(folder, { recursive: true })
}

/** Where `rubbish` first differs from the original: behind a cut among zeros, zeros change nothing. */
function sameFrom(at: number, rubbish: Buffer, original: Buffer): number {
  let end = at
  while (end < original.length && rubbish[end] === original[end]) end++
  return end
}
