import type { HistoryRecord } from '../../src/backtest/record-writer.ts'
import { SeededRandom } from '../../src/stats/seeded-random.ts'

const USERS = 1_000_000
const ACTIVE = USERS / 100
const CLICKS_A_SECOND = 250_000 // about what a task takes in a second: so 1 % of the keys is touched in each
const FIRST_MS = Date.UTC(2030, 0, 1)

/** Every user once; then, each second, many clicks of one user in a hundred, of others every second. */
export default function* history(): Generator<HistoryRecord> {
  const random = new SeededRandom(1)
  const active = new Int32Array(ACTIVE)
  for (let i = 0; ; i++) {
    if (i % CLICKS_A_SECOND === 0) {
      for (let u = 0; u < ACTIVE; u++) active[u] = random.nextInt(USERS)
    }
    const user = i < USERS ? i : active[random.nextInt(ACTIVE)]
    const amount = random.next()
    const at = FIRST_MS + Math.floor((i * 1000) / CLICKS_A_SECOND)
    const worth = random.next() < (user % 10) / 20 + amount / 2
    yield { input: 'clicks', record: { id: String(i), user: `user-${user}`, at, amount, worth } }
  }
}
