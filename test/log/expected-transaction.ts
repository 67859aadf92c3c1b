import { numbered, outgoing, type ReadRecord } from '../contracts/log-records.ts'
import type { OutgoingBatch } from '../../src/log/outgoing-batch.ts'

/** The partitions that every transaction of the crash tests writes. */
export const places = [
  { topic: 'journal', partition: 0 },
  { topic: 'outputs', partition: 0 },
  { topic: 'outputs', partition: 1 },
] as const

/** How many records transaction `n` writes to each: most are small, some of several chunks. */
function countsOf(n: number): readonly number[] {
  const many = n % 17 === 3 ? 20_000 : (n * 7) % 40
  return [1, many, (n * 3) % 5]
}

/** What transaction `n` sends: known from its number alone. */
export function expectedTransaction(n: number): OutgoingBatch[] {
  const counts = countsOf(n)
  return places.map(({ topic, partition }, index) => outgoing(topic, partition, numbered(`${n}.`, counts[index], n)))
}

/** How many transactions a log holds; throws where it holds anything but the first ones, whole and in order. */
export function wholeTransactions(read: readonly (readonly ReadRecord[])[]): number {
  const transactions = read[0].length
  for (const [index, records] of read.entries()) {
    let at = 0
    for (let n = 0; n < transactions; n++) {
      const count = countsOf(n)[index]
      for (let i = 0; i < count; i++, at++) {
        const record = records[at]
        if (record?.value !== `${n}.${i}` || record.offset !== at || record.timestamp !== n + i) {
          throw new Error(`${places[index].topic}/${places[index].partition}: ${n}.${i} is not at ${at}`)
        }
      }
    }
    if (at !== records.length)
      throw new Error(`${records.length - at} records more than ${transactions} transactions wrote`)
  }
  return transactions
}
