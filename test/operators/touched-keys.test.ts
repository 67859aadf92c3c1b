import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { TouchedKeys } from '../../src/operators/touched-keys.ts'

test('gives each slot that was touched once, in the order in which they were', () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant('touch' as const), key: fc.nat(1), slot: fc.nat(300) }),
    fc.record({ kind: fc.constant('take' as const), key: fc.nat(1), slot: fc.nat(5) }),
    fc.record({ kind: fc.constant('all' as const), key: fc.nat(1), slot: fc.nat(100) }),
  )
  fc.assert(
    fc.property(fc.array(step, { maxLength: 400 }), (steps) => {
      const touched = new TouchedKeys(2)
      const expected: [number[], number[]] = [[], []]
      const note = (key: number, slot: number): void => {
        if (!expected[key].includes(slot)) expected[key].push(slot)
      }
      for (const { kind, key, slot } of steps) {
        if (kind === 'touch') {
          touched.touch(key, slot)
          note(key, slot)
        } else if (kind === 'all') {
          touched.touchAll(key, slot)
          for (let i = 0; i < slot; i++) note(key, i)
        } else for (let i = 0; i < slot; i++) expect(touched.take(key)).toBe(expected[key].shift() ?? -1)
        expect(touched.count(key)).toBe(expected[key].length)
      }
      for (const key of [0, 1]) while (expected[key].length > 0) expect(touched.take(key)).toBe(expected[key].shift())
      expect(touched.take(0)).toBe(-1)
    }),
  )
})
