import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { KeyTable } from '../../src/features/key-table.ts'
import { SnapshotShadow, stateBytes } from '../contracts/snapshot-shadow.ts'

type Part = string | number | null

function write(table: KeyTable, parts: readonly Part[]): void {
  table.begin()
  for (const part of parts) {
    if (part === null) table.addNull()
    else if (typeof part === 'number') table.addNumber(part)
    else table.addString(part)
  }
}

function add(table: KeyTable, parts: readonly Part[], timeMs = 0): number {
  write(table, parts)
  return table.findOrAdd(timeMs)
}

function find(table: KeyTable, parts: readonly Part[]): number {
  write(table, parts)
  return table.find()
}

const forever = { maxKeys: 1000, ttlMs: Infinity }
const part = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.double(),
  fc.integer(),
  fc.constant(null),
  fc.constantFrom('', 'a', 'b', 'ab', '5', 5, -0, 0.5),
)

/** Equal for equal keys only: missing and NaN are one, and so are 0 and -0. */
function identity(parts: readonly Part[]): string {
  return JSON.stringify(
    parts.map((value) =>
      typeof value === 'number' ? (Number.isNaN(value) ? null : [String(value)]) : (value?.toWellFormed() ?? null),
    ),
  )
}

describe('KeyTable', () => {
  it('gives equal keys one slot and different keys different ones, as a map does', () => {
    fc.assert(
      fc.property(fc.array(fc.array(part, { maxLength: 4 }), { maxLength: 60 }), (keys) => {
        const table = new KeyTable(forever)
        const slots = new Map<string, number>()
        for (const key of keys) {
          const known = slots.get(identity(key))
          expect(find(table, key)).toBe(known ?? -1)
          const slot = add(table, key)
          expect(slot).toBe(known ?? slots.size)
          slots.set(identity(key), slot)
        }
        for (const key of keys) expect(find(table, key)).toBe(slots.get(identity(key)))
        expect(table.size).toBe(slots.size)
      }),
      { numRuns: 300 },
    )
  })

  it('takes the same key as UTF-8 bytes and as a string', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), fc.nat(3), (text, before) => {
        const table = new KeyTable(forever)
        const slot = add(table, [text])
        const bytes = new TextEncoder().encode('#'.repeat(before) + text)
        table.begin()
        table.addBytes(bytes, before, bytes.length)
        expect(table.find()).toBe(slot)
      }),
    )
    expect(add(new KeyTable(forever), ['\ud800'])).toBe(0)
  })

  it('keeps parts apart', () => {
    const table = new KeyTable(forever)
    const keys: Part[][] = [
      [],
      [''],
      ['', ''],
      ['ab', 'c'],
      ['a', 'bc'],
      ['abc'],
      [5],
      ['5'],
      [null],
      [null, null],
      ['\0'],
      ['\0\0'],
      [0],
      [0, 0],
    ]
    expect(keys.map((key) => add(table, key))).toEqual(keys.map((_, i) => i))
  })

  it('shows keys to people', () => {
    const table = new KeyTable(forever)
    expect(table.text(add(table, ['Zürich', 14, 0.5, null]))).toBe('Zürich | 14 | 0.5 | null')
    expect(table.text(add(table, ['x'.repeat(500)]))).toBe('x'.repeat(500))
    expect(table.text(7)).toBe('')
  })

  it('has no slot for a key above 1,024 bytes and goes on', () => {
    const table = new KeyTable(forever)
    expect(add(table, ['x'.repeat(1021)])).toBe(0)
    expect(add(table, ['x'.repeat(1022)])).toBe(-1)
    expect(add(table, ['x'.repeat(1000), 1, 2, 3, 4, 'y'])).toBe(-1)
    expect(find(table, ['x'.repeat(100_000), 'y'])).toBe(-1)
    expect(add(table, ['y'])).toBe(1)
    expect(table.refused).toBe(2)
    expect(table.text(0)).toBe('x'.repeat(1021))
  })

  it('keeps keys when longer ones make the cells wider', () => {
    const table = new KeyTable(forever)
    const keys = Array.from({ length: 400 }, (_, i) => [`${i}`.repeat(1 + (i >> 2))])
    keys.forEach((key, i) => expect(add(table, key)).toBe(i))
    keys.forEach((key, i) => expect(find(table, key)).toBe(i))
  })

  it('expires what nobody used for its time to live, by the sweeping hand', () => {
    const table = new KeyTable({ maxKeys: 100, ttlMs: 6400 })
    const freed: number[] = []
    table.onFree((slot) => freed.push(slot))
    for (let i = 0; i < 10; i++) add(table, [i], i * 1000)
    add(table, [0], 9000)
    table.retain(2)
    for (let i = 0; i < 5; i++) table.sweep(6400 + 5000)
    // A use counts as up to a 64th (100 ms) later than it was: 1, 3 and 4 are past it, 5 is just in time.
    expect(freed).toEqual([1, 3, 4])
    expect(table.expired).toBe(3)
    expect(find(table, [1])).toBe(-1)
    expect(find(table, [2])).toBe(2)
    expect(find(table, [0])).toBe(0)
    table.release(2)
    for (let i = 0; i < 5; i++) table.sweep(6400 + 5000)
    expect(freed).toEqual([1, 3, 4, 2])
    expect(table.size).toBe(6)
    expect([add(table, ['a'], 0), add(table, ['b'], 0), table.slots]).toEqual([2, 4, 10])
  })

  it('never expires a key before its time to live is over', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(9), fc.nat(50)), { minLength: 1, maxLength: 300 }), (uses) => {
        const table = new KeyTable({ maxKeys: 10, ttlMs: 64 })
        const last = new Map<number, number>()
        let time = 0
        const names: number[] = []
        table.onFree((slot) => {
          const idle = time - (last.get(names[slot]) as number)
          expect(idle).toBeGreaterThan(64)
        })
        for (const [key, later] of uses) {
          time += later
          for (let i = 0; i < 5; i++) table.sweep(time)
          for (const [other, used] of last) if (time - used > 66) expect(find(table, [other])).toBe(-1)
          names[add(table, [key], time)] = key
          last.set(key, time)
        }
      }),
    )
  })

  it('evicts by second chance at its bound, and counts', () => {
    const table = new KeyTable({ maxKeys: 4, ttlMs: Infinity })
    const freed: number[] = []
    table.onFree((slot) => freed.push(slot))
    for (let i = 0; i < 4; i++) add(table, [i])
    add(table, [0])
    add(table, [2])
    expect(add(table, ['new'])).toBe(1)
    expect(add(table, ['newer'])).toBe(3)
    expect(freed).toEqual([1, 3])
    expect(find(table, [0])).toBe(0)
    expect(add(table, ['newest'])).toBe(0)
    expect([table.evicted, table.size, table.slots]).toEqual([3, 4, 4])
  })

  it('never frees a retained slot, and refuses when all are', () => {
    const table = new KeyTable({ maxKeys: 3, ttlMs: 10 })
    for (let i = 0; i < 3; i++) table.retain(add(table, [i]))
    expect(add(table, ['more'])).toBe(-1)
    expect(table.refused).toBe(1)
    for (let i = 0; i < 9; i++) table.sweep(1000)
    expect(table.size).toBe(3)
    table.retain(1)
    table.release(1)
    expect(add(table, ['more'])).toBe(-1)
    table.release(1)
    expect(add(table, ['more'])).toBe(1)
    expect(() => table.release(1)).toThrow(expect.objectContaining({ code: 'MILLRACE_FEATURE_SLOT' }))
  })

  it('bounds what a new key costs when nearly all slots are retained', () => {
    const table = new KeyTable({ maxKeys: 5000, ttlMs: Infinity })
    for (let i = 0; i < 5000; i++) table.retain(add(table, [i]))
    table.release(4999)
    const tries = Array.from({ length: 6 }, () => add(table, ['new']))
    expect(tries).toEqual([-1, -1, -1, -1, 4999, 4999])
  })

  it('goes on from a snapshot of changed pages bit for bit, at any point', () => {
    const call = fc.oneof(
      {
        weight: 8,
        arbitrary: fc.record({
          call: fc.constant('add' as const),
          key: fc.array(fc.oneof(fc.nat(30), fc.string({ maxLength: 12 })), { minLength: 1, maxLength: 2 }),
        }),
      },
      {
        weight: 3,
        arbitrary: fc.record({
          call: fc.constantFrom('sweep' as const, 'retain' as const, 'release' as const),
          key: fc.constant([]),
        }),
      },
    )
    fc.assert(
      fc.property(fc.array(call, { maxLength: 150 }), fc.nat(150), fc.nat(150), (calls, first, second) => {
        const options = { maxKeys: 12, ttlMs: 64 }
        const freed: string[] = []
        const make = (name: string) => {
          const table = new KeyTable(options)
          table.onFree((slot) => freed.push(`${name}${slot}`))
          return table
        }
        const steady = make('')
        let stopped = make('')
        const shadow = new SnapshotShadow()
        const held: number[] = []
        calls.forEach(({ call: name, key }, i) => {
          if (i === first || i === second) {
            shadow.take(stopped)
            stopped = shadow.restore(make(''))
          }
          const slot = name === 'release' ? held.pop() : undefined
          const results = [steady, stopped].map((table) => {
            freed.length = 0
            if (name === 'add') return [add(table, key, i), ...freed]
            if (name === 'sweep') table.sweep(i)
            if (name === 'retain' && table.slots > 0 && table.text(i % table.slots) !== '')
              table.retain(i % table.slots)
            if (slot !== undefined) table.release(slot)
            return [...freed]
          })
          if (name === 'retain' && steady.slots > 0 && steady.text(i % steady.slots) !== '') held.push(i % steady.slots)
          expect(results[1]).toEqual(results[0])
        })
        expect(stateBytes(stopped)).toEqual(stateBytes(steady))
      }),
      { numRuns: 300 },
    )
  })

  it('holds a million keys in 28 bytes each, and a hundredth touched dirties no key page', () => {
    const keys = 1_000_000
    const table = new KeyTable({ maxKeys: 2 * keys, ttlMs: 3_600_000 })
    for (let i = 0; i < keys; i++) {
      table.begin()
      table.addNumber(i * 7)
      if (table.findOrAdd(0) !== i) expect.fail(`key ${i}`)
    }
    const shadow = new SnapshotShadow()
    const bytes = shadow.take(table) * 8192
    expect(bytes / keys).toBeLessThan(28.1)
    for (let i = 0; i < keys; i += 100) {
      table.begin()
      table.addNumber(i * 7)
      if (table.findOrAdd(1000) !== i) expect.fail(`key ${i}`)
    }
    expect(shadow.take(table)).toBe(0)
    const restored = shadow.restore(new KeyTable({ maxKeys: 2 * keys, ttlMs: 3_600_000 }))
    for (let i = 0; i < keys; i += 1001) {
      restored.begin()
      restored.addNumber(i * 7)
      if (restored.find() !== i) expect.fail(`key ${i}`)
    }
  })

  it('says what is wrong with its options', () => {
    expect(() => new KeyTable({ maxKeys: 0, ttlMs: 1 })).toThrow(
      'maxKeys: 0 is out of range. Give an integer from 1 to 100000000.',
    )
    expect(() => new KeyTable({ maxKeys: 1, ttlMs: 0 })).toThrow(
      expect.objectContaining({ code: 'MILLRACE_FEATURE_PARAMETER' }),
    )
  })
})
