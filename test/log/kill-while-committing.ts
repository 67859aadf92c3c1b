import { EmbeddedLog } from '../../src/log/embedded-log.ts'
import { SeededRandom } from '../../src/stats/seeded-random.ts'
import { readAll } from '../contracts/log-records.ts'
import { ChildProcess } from './child-process.ts'
import { places, wholeTransactions } from './expected-transaction.ts'

/**
 * Kills a process in the midst of its commits, again and again; gives the number of kills that hit after some commit.
 * Throws where the log then holds anything but whole transactions, or lacks one whose commit was answered.
 */
export async function killWhileCommitting(directory: string, kills: number, seed: number): Promise<number> {
  const random = new SeededRandom(seed)
  let held = 0
  let hits = 0
  for (let kill = 0; kill < kills; kill++) {
    const child = new ChildProcess('committing-process.ts', [directory])
    await child.said()
    await new Promise((resolve) => setTimeout(resolve, random.nextInt(60)))
    await child.kill()
    const acknowledged = Number(child.output.trimEnd().split('\n').at(-1))
    const log = new EmbeddedLog(directory)
    const transactions = wholeTransactions(await Promise.all(places.map((place) => readAll(log, place))))
    await log.close()
    // The commit that was under way may be there or not.
    if (transactions < acknowledged + 1 || transactions > acknowledged + 2) {
      throw new Error(`kill ${kill}: ${acknowledged} was committed, and the log holds ${transactions} transactions`)
    }
    if (transactions > held) hits++
    held = transactions
  }
  return hits
}
