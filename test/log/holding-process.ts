import { EmbeddedLog } from '../../src/log/embedded-log.ts'

// Opens the log of a directory, says so, and keeps it until it is killed; or says why it can't.
try {
  // After the imports: whoever it becomes may not be able to read our sources.
  if (process.argv[3] === 'nobody') process.setuid!(65_534)
  const log = new EmbeddedLog(process.argv[2])
  await log.createTopic('events', { partitions: 1 })
  process.stdout.write('open\n')
  if (process.argv[3] === 'poll') {
    const reader = await log.reader([{ topic: 'events', partition: 0, offset: 0 }])
    const waiting = reader.poll(1000, 3_600_000)
    await log.close()
    await waiting
  } else {
    setInterval(() => log, 1000)
  }
} catch (error) {
  process.stdout.write(`${(error as { code?: string }).code}\n`)
}
