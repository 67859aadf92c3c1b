import { writeSync } from 'node:fs'
import { EmbeddedLog } from '../../src/log/embedded-log.ts'
import { expectedTransaction, places } from './expected-transaction.ts'

// Commits transaction after transaction to the log of a directory, telling the number of each commit that was answered.
const log = new EmbeddedLog(process.argv[2])
await log.createTopic('journal', { partitions: 1 })
await log.createTopic('outputs', { partitions: 2 })
const producer = await log.transactionalProducer('task')
const { readableEnd } = await log.bounds(places[0])
for (let n = readableEnd; ; n++) {
  await producer.send(expectedTransaction(n))
  if (n % 5 === 0) {
    await producer.abort()
    await producer.send(expectedTransaction(n))
  }
  try {
    await producer.commit()
  } catch (error) {
    writeSync(1, `${(error as { code?: string }).code}\n`)
    process.exit()
  }
  writeSync(1, `${n}\n`)
}
