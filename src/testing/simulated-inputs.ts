import type { TransactionalProducer } from '../log/log.ts'
import type { MemoryLog } from '../log/memory-log.ts'
import type { OutgoingBatch } from '../log/outgoing-batch.ts'
import type { SeededRandom } from '../stats/seeded-random.ts'

interface InputQueue {
  readonly batch: OutgoingBatch
  next: number
}

/** The producers of a simulated run: they append what is to come, some of it in transactions of their own. */
export class SimulatedInputs {
  private readonly log: MemoryLog
  private readonly random: SeededRandom
  private readonly queues: readonly InputQueue[]
  private readonly open: {
    readonly producer: TransactionalProducer
    readonly queue: InputQueue
    readonly aborts: boolean
  }[] = []
  private producers = 0

  constructor(log: MemoryLog, random: SeededRandom, batches: readonly OutgoingBatch[]) {
    this.log = log
    this.random = random
    this.queues = batches.map((batch) => ({ batch, next: 0 }))
  }

  /** True when everything is in the log and no producer's transaction is open. */
  get isDone(): boolean {
    return this.open.length === 0 && this.queues.every(({ batch, next }) => next === batch.count)
  }

  /** Appends everything. */
  async appendAll(): Promise<void> {
    for (const { producer, aborts } of this.open.splice(0)) await end(producer, aborts)
    for (const queue of this.queues) await this.log.append([this.take(queue, queue.batch.count)])
  }

  /** Some producer does one thing: `transactions` is the share of those that write transactions. */
  async step(transactions: number): Promise<void> {
    if (this.open.length > 0 && this.random.next() < 0.3) {
      const [{ producer, aborts }] = this.open.splice(this.random.nextInt(this.open.length), 1)
      await end(producer, aborts)
      return
    }
    const waiting = this.queues.filter(({ batch, next }) => next < batch.count)
    if (waiting.length === 0) return
    const queue = waiting[this.random.nextInt(waiting.length)]
    if (this.random.next() >= transactions) {
      if (this.open.some((one) => one.queue === queue && !one.aborts)) return // its own order must hold
      await this.log.append([this.take(queue, 1 + this.random.nextInt(5))])
      return
    }
    await this.begin(queue)
  }

  private async begin(queue: InputQueue): Promise<void> {
    if (this.open.some((one) => one.queue === queue)) return
    const producer = await this.log.transactionalProducer(`producer-${this.producers++}`)
    const aborts = this.random.next() < 0.4
    const { next } = queue
    await producer.send([this.take(queue, 1 + this.random.nextInt(5))])
    if (aborts) queue.next = next // the same records come again, by another producer
    this.open.push({ producer, queue, aborts })
  }

  private take(queue: InputQueue, count: number): OutgoingBatch {
    const { batch, next } = queue
    const to = Math.min(batch.count, next + count)
    queue.next = to
    return {
      topic: batch.topic,
      partition: batch.partition,
      count: to - next,
      timestamps: batch.timestamps.subarray(next, to),
      bytes: batch.bytes,
      keyStarts: batch.keyStarts.subarray(next, to),
      keyEnds: batch.keyEnds.subarray(next, to),
      valueStarts: batch.valueStarts.subarray(next, to),
      valueEnds: batch.valueEnds.subarray(next, to),
    }
  }
}

async function end(producer: TransactionalProducer, aborts: boolean): Promise<void> {
  if (aborts) await producer.abort()
  else await producer.commit()
  await producer.close()
}
