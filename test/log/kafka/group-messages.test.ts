import { describe, expect, it } from 'vitest'
import { groupMessages } from '../../../src/log/kafka/group-messages.ts'

const { encodeClaim, decodeClaim, encodeOwner, decodeOwner } = groupMessages
const noClaim = { hasTask: false, generation: 0, progress: -1 }

describe('what members of a group say', () => {
  it('comes back as it was said', () => {
    const claim = { hasTask: true, generation: 41, progress: 1_234_567 }
    expect(decodeClaim(encodeClaim(claim, ['flights.arrivals', 'flights.departures']))).toEqual(claim)
    const owner = { generation: 42, owner: 'millrace-5f', members: 3 }
    expect(decodeOwner(encodeOwner(owner, { 'flights.arrivals': [0, 1] }))).toEqual(owner)
  })

  it.each([
    ['bytes of another program', Buffer.from([0, 1, 255])],
    ['nothing', Buffer.alloc(0)],
    ['a claim of other types', encodeClaim({ ...noClaim, generation: '7' as never }, [])],
    ['a number that none can be counted to', encodeClaim({ ...noClaim, progress: 1e300 }, [])],
  ])('%s is no claim, and makes nobody the owner', (_, bytes) => {
    expect(decodeClaim(bytes)).toEqual(noClaim)
    expect(decodeOwner(bytes)).toBeUndefined()
  })
})
