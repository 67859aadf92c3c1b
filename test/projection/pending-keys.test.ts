import { describe, expect, test } from 'vitest'
import { PendingKeys } from '../../src/projection/pending-keys.ts'

describe('keys that wait', () => {
  test('come out longest waiting first, each with its latest value', () => {
    const pending = new PendingKeys(10)
    for (const [key, value] of ['a1', 'b1', 'c1', 'a2', 'b2']) pending.set(key, value)
    expect(pending.count).toBe(3)
    expect(pending.take(2)).toEqual([
      ['a', '2'],
      ['b', '2'],
    ])
    expect(pending.take(2)).toEqual([['c', '1']])
    expect(pending).toMatchObject({ count: 0, superseded: 2, dropped: 0 })
  })

  test('are given up above the bound, and counted', () => {
    const pending = new PendingKeys(3)
    for (let i = 0; i < 10_000; i++) pending.set(`key ${i}`, String(i))
    expect(pending).toMatchObject({ count: 3, dropped: 9997 })
    expect(pending.take(9).map(([key]) => key)).toEqual(['key 9997', 'key 9998', 'key 9999'])
  })

  test('that could not be written wait again, unless something newer has come', () => {
    const pending = new PendingKeys(3)
    for (const [key, value] of ['a1', 'b1', 'c1']) pending.set(key, value)
    const taken = pending.take(3)
    for (const [key, value] of ['b2', 'd1']) pending.set(key, value)
    pending.giveBack(taken)
    expect(pending).toMatchObject({ count: 3, superseded: 1, dropped: 1 })
    expect(pending.take(3)).toEqual([
      ['b', '2'],
      ['d', '1'],
      ['a', '1'],
    ])
  })
})
