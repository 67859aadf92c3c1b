import type { Log, LogReader, TopicPartition, TransactionalProducer } from '../../src/log/log.ts'
import type { MemoryBroker } from '../../src/log/memory-broker.ts'
import { MemoryLog } from '../../src/log/memory-log.ts'
import type { OutgoingBatch } from '../../src/log/outgoing-batch.ts'
import type { RecordBatch } from '../../src/log/record-batch.ts'

/** A log that breaks one promise, and the case of the suite that must tell. */
export interface LogFault {
  readonly fault: string
  readonly failing: string
  log(broker: MemoryBroker): Log
}

class ProducerFault implements TransactionalProducer {
  protected readonly log: Log
  protected readonly producer: TransactionalProducer

  constructor(log: Log, producer: TransactionalProducer) {
    this.log = log
    this.producer = producer
  }

  send(batches: readonly OutgoingBatch[]): Promise<void> {
    return this.producer.send(batches)
  }

  commit(): Promise<void> {
    return this.producer.commit()
  }

  abort(): Promise<void> {
    return this.producer.abort()
  }

  close(): Promise<void> {
    return this.producer.close()
  }
}

/** Writes at once what should wait for its commit. */
class EagerProducer extends ProducerFault {
  override async send(batches: readonly OutgoingBatch[]): Promise<void> {
    await this.producer.send([])
    await this.log.append(batches)
  }
}

/** Commits each topic on its own, the last one only with the next transaction. */
class SplitProducer extends ProducerFault {
  #held: OutgoingBatch[] = []

  override async send(batches: readonly OutgoingBatch[]): Promise<void> {
    const [first] = batches
    this.#held.push(...batches.filter(({ topic }) => topic !== first?.topic))
    await this.producer.send(batches.filter(({ topic }) => topic === first?.topic))
  }

  override async commit(): Promise<void> {
    await this.producer.commit()
    await this.producer.send(this.#held.splice(0))
  }
}

/** Commits what was to be aborted. */
class StubbornProducer extends ProducerFault {
  override abort(): Promise<void> {
    return this.producer.commit()
  }
}

function withProducers(Producer: typeof ProducerFault): (broker: MemoryBroker) => Log {
  return (broker) =>
    new (class extends MemoryLog {
      override async transactionalProducer(id: string): Promise<TransactionalProducer> {
        return new Producer(this, await super.transactionalProducer(id))
      }
    })({ broker })
}

function withReaders(
  change: (reader: LogReader, log: Log, from: readonly TopicPartition[]) => void,
): (broker: MemoryBroker) => Log {
  return (broker) =>
    new (class extends MemoryLog {
      override async reader(from: readonly (TopicPartition & { readonly offset: number })[]): Promise<LogReader> {
        const reader = await super.reader(from)
        change(reader, this, from)
        return reader
      }
    })({ broker })
}

function changingBatches(change: (batch: RecordBatch) => RecordBatch): (broker: MemoryBroker) => Log {
  return withReaders((reader) => {
    const poll = reader.poll.bind(reader)
    reader.poll = async (maxBytes, maxWaitMs) => (await poll(maxBytes, maxWaitMs)).map(change)
  })
}

function jumpOverDeleted(reader: LogReader, log: Log, from: readonly TopicPartition[]): void {
  const poll = reader.poll.bind(reader)
  reader.poll = async (maxBytes, maxWaitMs) => {
    for (let i = 0; i < from.length; i++) {
      const { start } = await log.bounds(from[i])
      if (reader.position(i) < start) reader.seek(i, start)
    }
    return poll(maxBytes, maxWaitMs)
  }
}

export const logFaults: readonly LogFault[] = [
  {
    fault: 'commits one topic without the other',
    failing: 'makes a transaction over several topics visible at its commit, and nothing of it before',
    log: withProducers(SplitProducer),
  },
  {
    fault: 'shows records before their commit',
    failing: 'makes a transaction over several topics visible at its commit, and nothing of it before',
    log: withProducers(EagerProducer),
  },
  {
    fault: 'commits what was aborted',
    failing: 'leaves nothing visible of an aborted transaction, and goes on with the next',
    log: withProducers(StubbornProducer),
  },
  {
    fault: 'ignores the fence',
    failing: 'fences the older producer of an id: neither its send nor its commit writes anything',
    log: (broker) => {
      let producers = 0
      return new (class extends MemoryLog {
        override transactionalProducer(id: string): Promise<TransactionalProducer> {
          return super.transactionalProducer(`${id}-${producers++}`)
        }
      })({ broker })
    },
  },
  {
    fault: 'fences, but writes what the older producer commits',
    failing: 'fences the older producer of an id: neither its send nor its commit writes anything',
    log: withProducers(
      class extends ProducerFault {
        readonly #sent: OutgoingBatch[] = []

        override async send(batches: readonly OutgoingBatch[]): Promise<void> {
          this.#sent.push(...batches)
          await this.producer.send(batches)
        }

        override async commit(): Promise<void> {
          await this.producer.commit().catch(async (fenced: unknown) => {
            await this.log.append(this.#sent)
            throw fenced
          })
        }
      },
    ),
  },
  {
    fault: 'jumps silently over deleted records',
    failing: 'throws where records to be read were deleted, and never jumps over them',
    log: withReaders(jumpOverDeleted),
  },
  {
    fault: 'deletes one record too many',
    failing: 'deletes what lies before an offset, exactly',
    log: (broker) =>
      new (class extends MemoryLog {
        override deleteBefore(place: TopicPartition, offset: number): Promise<void> {
          return super.deleteBefore(place, offset + 1)
        }
      })({ broker }),
  },
  {
    fault: 'lets retention delete old records behind young ones',
    failing: 'keeps every record that is young enough, and all that follow it',
    log: (broker) => {
      broker.enforceRetention = () => {
        for (const { name, retentionMs } of broker.topics()) {
          for (const partition of broker.partitions.get(name)!) {
            const isYoung = ({ maxTimestamp }: { maxTimestamp: number }) =>
              maxTimestamp >= broker.clock.now() - (retentionMs ?? Number.POSITIVE_INFINITY)
            partition.start = partition.entries.findLast((entry) => !isYoung(entry))?.end ?? partition.start
            partition.entries = partition.entries.filter(isYoung)
          }
        }
      }
      return new MemoryLog({ broker })
    },
  },
  {
    fault: 'leaves the position behind the markers',
    failing: 'moves positions over aborted and control records, up to the readable end',
    log: withReaders((reader) => {
      let last = 0
      const poll = reader.poll.bind(reader)
      reader.poll = async (maxBytes, maxWaitMs) => {
        const batches = await poll(maxBytes, maxWaitMs)
        for (const { offsets, count } of batches) last = offsets[count - 1] + 1
        return batches
      }
      const readableEnd = reader.readableEnd.bind(reader)
      // A test that waits for the end must end all the same.
      reader.readableEnd = (index) => Math.min(readableEnd(index), last)
      reader.position = () => last
    }),
  },
  {
    fault: 'gives the records of a partition out of order',
    failing: 'keeps the order of each partition over batches, transactions and a hundred thousand records',
    log: changingBatches((batch) => ({
      ...batch,
      valueStarts: batch.valueStarts.toReversed(),
      valueEnds: batch.valueEnds.toReversed(),
    })),
  },
  {
    fault: 'makes null keys empty',
    failing: 'gives records back as they were written',
    log: changingBatches((batch) => ({
      ...batch,
      keyStarts: batch.keyStarts.map((start) => Math.max(0, start)),
      keyEnds: batch.keyEnds.map((end) => Math.max(0, end)),
    })),
  },
  {
    fault: 'loses headers',
    failing: 'gives records back as they were written',
    log: changingBatches((batch) => ({ ...batch, headers: undefined })),
  },
  {
    fault: 'searches times as if they were in order',
    failing: 'finds offsets by time, also where timestamps are out of order',
    log: (broker) =>
      new (class extends MemoryLog {
        override async offsetAt(place: TopicPartition, timestampMs: number): Promise<number> {
          const { readableEnd } = await this.bounds(place)
          const partition = broker.partition(place)
          const entries = partition.entries.filter(({ state }) => state === 'committed')
          let low = 0
          for (let high = entries.length; low < high; ) {
            const middle = (low + high) >> 1
            if (entries[middle].maxTimestamp >= timestampMs) high = middle
            else low = middle + 1
          }
          return entries[low]?.base ?? readableEnd
        }
      })({ broker }),
  },
  {
    fault: 'keeps the slab of the writer instead of a copy',
    failing: 'takes keys and values from anywhere in the slab, and lets the writer reuse it',
    log: withProducers(
      class extends ProducerFault {
        readonly #sent: OutgoingBatch[] = []

        override async send(batches: readonly OutgoingBatch[]): Promise<void> {
          this.#sent.push(...batches)
        }

        override async commit(): Promise<void> {
          await this.producer.send(this.#sent.splice(0))
          await this.producer.commit()
        }
      },
    ),
  },
]
