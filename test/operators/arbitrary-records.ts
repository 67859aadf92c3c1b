import fc from 'fast-check'
import { type Arrived, outcome, visit } from './visits.ts'

const part = fc.record({
  isVisit: fc.boolean(),
  id: fc.integer({ min: 0, max: 30 }),
  pause: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 10 }), fc.integer({ min: 0, max: 300 })),
  behind: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.integer({ min: 0, max: 120 })),
  shop: fc.constantFrom('a', 'b', 'c', 'größer', null),
  amount: fc.oneof(fc.integer({ min: -5, max: 5 }), fc.constantFrom(null, -200, Number.NaN, 0.1)),
  member: fc.boolean(),
  kind: fc.constantFrom('x', 'yy', 'zzz'),
  price: fc.constantFrom(null, 1, 2, 13, 95),
  reason: fc.constantFrom(null, 'small', 'dear', 'ugly'),
})

/** Records by arrival: few keys, so that labels are early, late, repeated and contradictory; some values are impossible. */
export const arbitraryRecords: fc.Arbitrary<Arrived[]> = fc
  .array(part, { minLength: 30, maxLength: 150 })
  .map((parts) => {
    let arrival = 1000
    return parts.map(({ isVisit, id, pause, behind, shop, amount, member, kind, price, reason }) => {
      arrival += pause
      const at = arrival - behind
      if (isVisit) return visit(`${id}`, at, { arrival, shop, amount, member, kind })
      return outcome(`${id}`, at, member, { arrival, price, reason })
    })
  })
