import assert from 'node:assert/strict'
import type { Log, LogReader, TransactionalProducer } from '../../src/log/log.ts'
import { SeededRandom } from '../../src/stats/seeded-random.ts'
import type { OpenedLog } from './log-driver.ts'
import { outgoing, readAll, readToEnd, recordsOf, type TestRecord } from './log-records.ts'
import type { LogCase } from './log-suite.ts'

const partitions = 3
const places = Array.from({ length: partitions }, (_, partition) => ({ topic: 'events', partition }))

/** A log and, beside it, plain lists of what it must hold; random calls go to both. */
class Model {
  readonly #random: SeededRandom
  readonly #opened: OpenedLog
  readonly #committed: TestRecord[][] = places.map(() => [])
  readonly #open: TestRecord[][] = places.map(() => [])
  readonly #deleted: number[] = places.map(() => 0)
  /** What the reader gave since it was made or sought to the start. */
  #read: TestRecord[][] = places.map(() => [])
  #producer: TransactionalProducer | undefined
  #reader: LogReader | undefined
  #written = 0

  constructor(seed: number, opened: OpenedLog) {
    this.#random = new SeededRandom(seed)
    this.#opened = opened
  }

  get #log(): Log {
    return this.#opened.log
  }

  async step(): Promise<void> {
    const choice = this.#random.nextInt(20)
    if (choice < 6) await this.#send()
    else if (choice < 9) await this.#commit()
    else if (choice < 10) await this.#abort()
    else if (choice < 11) await this.#fence()
    else if (choice < 13) await this.#append()
    else if (choice < 18) await this.#poll()
    else if (choice < 19) await this.#delete()
    else if (this.#random.nextInt(5) === 0) await this.#reopen()
  }

  async check(): Promise<void> {
    await this.#abort()
    for (const [index, place] of places.entries()) {
      const records = await readAll(this.#log, place, 1 + this.#random.nextInt(1000))
      const expected = this.#committed[index].slice(this.#deleted[index])
      assert.deepEqual(
        records.map(({ offset: _offset, ...record }) => record),
        expected,
      )
      const { start, readableEnd } = await this.#log.bounds(place)
      for (const { offset } of records) assert.ok(offset >= start && offset < readableEnd)
    }
  }

  #records(): TestRecord[] {
    const count = this.#random.nextInt(20) === 0 ? 2000 : this.#random.nextInt(8)
    return Array.from({ length: count }, () => {
      const text = `v${this.#written++}`.padEnd(this.#random.nextInt(60), '.')
      const key = this.#random.nextInt(4) === 0 ? null : `k${this.#random.nextInt(9)}`
      const value = this.#random.nextInt(9) === 0 ? null : text
      const record = { key, value, timestamp: this.#random.nextInt(1_000_000) }
      return this.#random.nextInt(30) === 0 ? { ...record, headers: [['h', text] as const] } : record
    })
  }

  async #send(): Promise<void> {
    this.#producer ??= await this.#log.transactionalProducer('task')
    const batches = places
      .filter(() => this.#random.nextInt(2) === 0)
      .map(({ partition }) => {
        const records = this.#records()
        this.#open[partition].push(...records)
        return outgoing('events', partition, records)
      })
    await this.#producer.send(batches)
  }

  async #commit(): Promise<void> {
    await this.#producer?.commit()
    for (const [index, open] of this.#open.entries()) this.#committed[index].push(...open.splice(0))
  }

  async #abort(): Promise<void> {
    await this.#producer?.abort()
    for (const open of this.#open) open.length = 0
  }

  async #fence(): Promise<void> {
    const older = this.#producer
    this.#producer = await this.#log.transactionalProducer('task')
    const wasOpen = this.#open.some((open) => open.length > 0)
    for (const open of this.#open) open.length = 0
    if (older && wasOpen) await assert.rejects(older.commit(), { code: 'MILLRACE_LOG_FENCED' })
  }

  /** Not while a transaction is open: whether it or this comes first then is the driver's choice. */
  async #append(): Promise<void> {
    if (this.#open.some((open) => open.length > 0)) return
    const records = this.#records()
    const partition = this.#random.nextInt(partitions)
    await this.#log.append([outgoing('events', partition, records)])
    this.#committed[partition].push(...records)
  }

  async #poll(): Promise<void> {
    if (!this.#reader) {
      const bounds = await Promise.all(places.map((place) => this.#log.bounds(place)))
      this.#reader = await this.#log.reader(places.map((place, index) => ({ ...place, offset: bounds[index].start })))
      this.#read = this.#deleted.map((count, index) => this.#committed[index].slice(0, count))
    }
    for (const batch of await this.#reader.poll(this.#random.nextInt(5000), 0)) {
      this.#read[batch.partition].push(...recordsOf(batch).map(({ offset: _offset, ...record }) => record))
    }
    const reader = this.#reader
    for (const [index, read] of this.#read.entries()) {
      const isAtEnd = reader.position(index) === reader.readableEnd(index)
      const expected = this.#committed[index]
      assert.deepEqual(read, expected.slice(0, isAtEnd ? expected.length : read.length))
    }
  }

  async #delete(): Promise<void> {
    const index = this.#random.nextInt(partitions)
    const { start } = await this.#log.bounds(places[index])
    const reader = await this.#log.reader([{ ...places[index], offset: start }])
    const [records] = await readToEnd(reader)
    if (records.length === 0) return
    const count = this.#random.nextInt(records.length)
    await this.#log.deleteBefore(places[index], records[count].offset)
    this.#deleted[index] += count
    const behind = this.#reader && this.#reader.position(index) < records[count].offset
    if (!behind) return
    await assert.rejects(this.#reader!.poll(1000, 0), { code: 'MILLRACE_LOG_OUT_OF_RANGE' })
    this.#reader = undefined
  }

  async #reopen(): Promise<void> {
    await this.#opened.reopen()
    this.#reader = undefined
    this.#producer = undefined
    for (const open of this.#open) open.length = 0
    await this.#log.transactionalProducer('task')
  }
}

export const logModelCases: readonly LogCase[] = [1, 2, 3, 4, 5].map((seed) => ({
  name: `holds what plain lists hold after 300 random calls, seed ${seed}`,
  async check(opened) {
    await opened.log.createTopic('events', { partitions })
    const model = new Model(seed, opened)
    for (let step = 0; step < 300; step++) {
      await model.step()
      if (step % 100 === 99) await model.check()
    }
  },
}))
