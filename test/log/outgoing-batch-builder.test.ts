import { expect, it } from 'vitest'
import { OutgoingBatchBuilder } from '../../src/log/outgoing-batch-builder.ts'

it('refuses a batch of more than a gigabyte before it takes the memory', () => {
  const builder = new OutgoingBatchBuilder('a.topic', 0)
  builder.add(1)
  expect(() => builder.room(2 ** 30)).toThrowError(expect.objectContaining({ code: 'MILLRACE_LOG_BATCH_SIZE' }))
})
