import { describe, expect, test } from 'vitest'
import { decodeRecords } from '../../../src/log/kafka/decode-records.ts'
import type { AbortedTransaction } from '../../../src/log/kafka/fetch-request.ts'
import { numbered, recordsOf, type TestRecord } from '../../contracts/log-records.ts'
import { batchAt, compressed, markerAt } from './record-batches.ts'

const one = { isTransactional: true, producerId: 1 }
const two = { isTransactional: true, producerId: 2 }

function decode(batches: readonly Buffer[], position = 0, aborted: readonly AbortedTransaction[] = []) {
  const { next, ...decoded } = decodeRecords(Buffer.concat(batches), position, aborted)
  return { next, records: recordsOf({ topic: 't', partition: 0, next, ...decoded }) }
}

function values(batches: readonly Buffer[], position = 0, aborted: readonly AbortedTransaction[] = []): string {
  const { records } = decode(batches, position, aborted)
  return records.map(({ value }) => value).join(' ')
}

describe('record batches', () => {
  test('come back as they were written, with offsets and the position after them', () => {
    const records: TestRecord[] = [
      { key: 'k', value: 'v', timestamp: 1_700_000_000_000 },
      { key: null, value: null, timestamp: 0 },
      { key: '', value: '', timestamp: 9_007_199_254_000_000 },
      {
        key: 'x'.repeat(300),
        value: 'y'.repeat(70_000),
        timestamp: 5,
        headers: [
          ['a', 'b'],
          ['', ''],
        ],
      }, // prettier-ignore
    ]
    const { records: decoded, next } = decode([batchAt(7, records), batchAt(20, records)], 7)
    expect(decoded.map(({ offset: _offset, ...record }) => record)).toEqual([...records, ...records])
    expect(decoded.map(({ offset }) => offset)).toEqual([7, 8, 9, 10, 20, 21, 22, 23])
    expect(next).toBe(24)
  })

  test.each(Object.entries(compressed))('are unpacked from %s, beside others that are not packed', (_, codec) => {
    const batches = [
      batchAt(0, numbered('a', 3)),
      batchAt(3, numbered('b', 500), { codec }),
      batchAt(503, numbered('c', 2)),
    ]
    const { records, next } = decode(batches)
    expect(records.map(({ value }) => value)).toEqual(
      [...numbered('a', 3), ...numbered('b', 500), ...numbered('c', 2)].map(({ value }) => value),
    )
    expect(next).toBe(505)
  })

  test('are given from the position on, which may lie within one', () => {
    expect(values([batchAt(0, numbered('a', 3)), batchAt(3, numbered('b', 3))], 4)).toBe('b1 b2')
    expect(values([batchAt(0, numbered('a', 3))], 3)).toBe('')
  })

  test('end where the fetch was cut off', () => {
    const whole = Buffer.concat([batchAt(0, numbered('a', 2)), batchAt(2, numbered('b', 2))])
    const { records, next } = decode([whole.subarray(0, whole.length - 1)])
    expect([records.length, next]).toEqual([2, 2])
    expect(decode([whole.subarray(0, 20)], 5).next).toBe(5)
  })

  test('are refused when a bit has changed, or their format is older', () => {
    const batch = batchAt(3, numbered('a', 2))
    batch[batch.length - 3] ^= 1
    expect(() => decode([batch])).toThrow('the record batch at offset 3 fails its checksum')
    const old = batchAt(0, numbered('a', 2))
    old[16] = 1
    expect(() => decode([old])).toThrow('magic 1')
  })
})

describe('records of aborted transactions', () => {
  test('are left out, those of committed ones between them are not', () => {
    const batches = [
      batchAt(0, numbered('lost', 1), one),
      batchAt(1, numbered('kept', 1), two),
      batchAt(2, numbered('lost', 1), one),
      markerAt(3, 1, 'abort'),
      batchAt(4, numbered('again', 1), one),
      markerAt(5, 2, 'commit'),
      markerAt(6, 1, 'commit'),
    ]
    expect(values(batches, 0, [{ producerId: 1, firstOffset: 0 }])).toBe('kept0 again0')
    expect(decode(batches, 0, [{ producerId: 1, firstOffset: 0 }]).next).toBe(7)
  })

  test('are left out whatever the order of the list: brokers list them by their markers', () => {
    const batches = [
      batchAt(0, numbered('a', 1), one),
      batchAt(1, numbered('b', 1), two),
      markerAt(2, 2, 'abort'),
      markerAt(3, 1, 'abort'),
      batchAt(4, numbered('c', 1), one),
      markerAt(5, 1, 'commit'),
    ]
    const byMarker = [
      { producerId: 2, firstOffset: 1 },
      { producerId: 1, firstOffset: 0 },
    ] // prettier-ignore
    expect(values(batches, 0, byMarker)).toBe('c0')
    expect(values(batches, 0, byMarker.toReversed())).toBe('c0')
  })

  test('are left out when several transactions begin within one batch, and when the fetch begins behind their first offset', () => {
    const batches = [
      batchAt(10, numbered('a', 3), one),
      batchAt(13, numbered('b', 1), two),
      markerAt(14, 1, 'abort'),
      markerAt(15, 2, 'abort'),
    ]
    const aborted = [
      { producerId: 1, firstOffset: 2 },
      { producerId: 2, firstOffset: 5 },
    ] // prettier-ignore
    expect(values(batches, 10, aborted)).toBe('')
  })

  test("stay left out behind a record whose key looks like a marker's", () => {
    const fake = { key: '\0\0\0\0', value: 'lost', timestamp: 1 }
    const batches = [
      batchAt(0, [fake], one),
      batchAt(1, numbered('lost', 1), one),
      markerAt(2, 1, 'abort'),
      batchAt(3, [{ ...fake, value: 'kept' }], one),
      batchAt(4, numbered('kept', 1), one),
      markerAt(5, 1, 'commit'),
    ]
    expect(values(batches, 0, [{ producerId: 1, firstOffset: 0 }])).toBe('kept kept0')
  })

  test('do not take those without a transaction with them', () => {
    const batches = [batchAt(0, numbered('lost', 1), one), batchAt(1, numbered('plain', 1), { producerId: 1 })]
    expect(values(batches, 0, [{ producerId: 1, firstOffset: 0 }])).toBe('plain0')
  })
})
