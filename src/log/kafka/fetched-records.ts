import type { Headers, RecordBatch } from '../record-batch.ts'
import type { DecodedRecords } from './decode-records.ts'

/** Each record counts for its bytes and this, as a budget counts them. */
const RECORD_BYTES = 16

/** What was fetched of one partition and not yet handed out. */
export class FetchedRecords {
  readonly #records: DecodedRecords
  #from = 0

  constructor(records: DecodedRecords) {
    this.#records = records
  }

  get isEmpty(): boolean {
    return this.#from === this.#records.count
  }

  /** Position after all of it. */
  get next(): number {
    return this.#records.next
  }

  /** The next records of `budget` bytes at the most, the first one in any case if `always`; undefined when none fits. */
  take(
    topic: string,
    partition: number,
    budget: number,
    always: boolean,
  ): { readonly batch: RecordBatch; readonly size: number } | undefined {
    const from = this.#from
    const { to, size } = this.#fitting(budget, always)
    if (to === from) return undefined
    this.#from = to
    const { count, ...columns } = this.#records
    if (from === 0 && to === count) return { batch: { topic, partition, count, ...columns }, size }
    return { batch: this.#part(topic, partition, from, to), size }
  }

  #fitting(budget: number, always: boolean): { to: number; size: number } {
    const { count, bytes, keyStarts, keyEnds, valueStarts, valueEnds } = this.#records
    const from = this.#from
    const whole = bytes.length + RECORD_BYTES * count
    if (from === 0 && whole <= budget) return { to: count, size: whole }
    let to = from
    let size = 0
    while (to < count) {
      const key = keyStarts[to] < 0 ? 0 : keyEnds[to] - keyStarts[to]
      const value = valueStarts[to] < 0 ? 0 : valueEnds[to] - valueStarts[to]
      const more = key + value + RECORD_BYTES
      if (size + more > budget && !(always && to === from)) break
      size += more
      to++
    }
    return { to, size }
  }

  /** Some of the records, over bytes of their own part of the slab only. */
  #part(topic: string, partition: number, from: number, to: number): RecordBatch {
    const { count, offsets, timestamps, bytes, keyStarts, keyEnds, valueStarts, valueEnds, headers } = this.#records
    let start = bytes.length
    let end = 0
    for (let i = from; i < to; i++) {
      if (keyStarts[i] >= 0) {
        if (keyStarts[i] < start) start = keyStarts[i]
        if (keyEnds[i] > end) end = keyEnds[i]
      }
      if (valueStarts[i] >= 0) {
        if (valueStarts[i] < start) start = valueStarts[i]
        if (valueEnds[i] > end) end = valueEnds[i]
      }
    }
    return {
      topic,
      partition,
      count: to - from,
      offsets: offsets.subarray(from, to),
      timestamps: timestamps.subarray(from, to),
      bytes: bytes.subarray(Math.min(start, end), end),
      keyStarts: moved(keyStarts, from, to, start),
      keyEnds: moved(keyEnds, from, to, start),
      valueStarts: moved(valueStarts, from, to, start),
      valueEnds: moved(valueEnds, from, to, start),
      headers: headers && headersOf(headers, from, to),
      next: to === count ? this.next : offsets[to - 1] + 1,
    }
  }
}

function moved(places: Int32Array, from: number, to: number, by: number): Int32Array {
  const result = places.slice(from, to)
  for (let i = 0; i < result.length; i++) if (result[i] >= 0) result[i] -= by
  return result
}

function headersOf(headers: ReadonlyMap<number, Headers>, from: number, to: number): Map<number, Headers> | undefined {
  const own = new Map<number, Headers>()
  for (const [index, value] of headers) if (index >= from && index < to) own.set(index - from, value)
  return own.size > 0 ? own : undefined
}
