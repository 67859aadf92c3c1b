import type { HistoryRecord } from '../../src/backtest/record-writer.ts'
import { SeededRandom } from '../../src/stats/seeded-random.ts'

const WAITING = 1_000_000
const OFFERS_A_SECOND = WAITING / 100
const LOOKS_AN_OFFER = 23 // with offers and answers about what a task takes in a second: so 1 % of those waiting changes
const SHOPS = 1000
const FIRST_MS = Date.UTC(2030, 0, 1)

interface Waiting {
  readonly id: string
  readonly yes: boolean
}

/** A million offers; then looks, and with each offer an answer to one of the oldest tenth of those that wait. */
export default function* history(): Generator<HistoryRecord> {
  const random = new SeededRandom(1)
  const waiting = new Array<Waiting>(WAITING)
  let oldest = 0 // a ring: each new offer takes the place of the one that was answered
  let events = 0
  const event = (at: number, offer: boolean) => {
    const shop = `shop-${random.nextInt(SHOPS)}`
    return { id: String(events++), shop, at, offer, price: random.next(), size: random.next() }
  }
  for (let i = 0; ; i++) {
    const at = FIRST_MS + Math.floor((i * 1000) / OFFERS_A_SECOND)
    if (i >= WAITING) {
      for (let look = 0; look < LOOKS_AN_OFFER; look++) yield { input: 'events', record: event(at, false) }
      const chosen = (oldest + random.nextInt(WAITING / 10)) % WAITING
      const { id, yes } = waiting[chosen]
      waiting[chosen] = waiting[oldest]
      yield { input: 'answers', record: { id, at, yes } }
    }
    const offer = event(at, true)
    waiting[oldest] = { id: offer.id, yes: random.next() < (offer.price + offer.size) / 2 }
    oldest = (oldest + 1) % WAITING
    yield { input: 'events', record: offer }
  }
}
