import { eventSchema } from '../../src/codec/event-schema.ts'
import { defineStream, linearRegression, oneHot, pipeline, standardScaler } from '../../src/index.ts'
import type { SeededRandom } from '../../src/stats/seeded-random.ts'
import type { SimulationCase } from '../../src/testing/run-simulation.ts'
import { StreamHarness } from '../../src/testing/stream-harness.ts'

const time = { type: 'long', logicalType: 'timestamp-millis' }

export const paymentSchemas = new Map(
  Object.entries({
    'payment.avsc': [
      { name: 'id', type: 'string' },
      { name: 'paidAt', type: time },
      { name: 'amount', type: 'double' },
      { name: 'shop', type: 'string' },
    ],
    'chargeback.avsc': [
      { name: 'id', type: 'string' },
      { name: 'decidedAt', type: time },
      { name: 'share', type: 'double' },
    ],
  }).map(([file, fields]) => [file, eventSchema({ type: 'record', name: file.replace('.avsc', ''), fields }, file)]),
)

/** A small stream with a window, a running mean of labels, a fold, a category, and checks. */
export const payments = defineStream({
  name: 'payments',
  inputs: {
    payments: { topic: 'payments', schema: 'payment.avsc', key: 'id', time: 'paidAt' },
    chargebacks: { topic: 'chargebacks', schema: 'chargeback.avsc', key: 'id', time: 'decidedAt' },
  } as never,
  build: (({ payments, chargebacks }: any) => {
    const checked = payments.validate({ amount: { min: 0, onFail: 'quarantine' } })
    const share = checked.label(chargebacks, {
      value: (chargeback: any) => chargeback.share,
      horizon: '2m',
      never: 'drop',
      maxPending: 1000,
    })
    const rows = checked.featurize({
      amount: 'amount',
      shop: 'shop',
      recent: checked.by('shop').window('30s').count(),
      mean: checked.by('shop').window('1m').mean('amount'),
      rate: share.by('shop').ewMean('1m'),
      spent: checked.by('shop').fold({
        init: () => 0,
        step: (state: number, payment: any) => (state + payment.amount) % 1000,
        read: (state: number) => state,
      }),
    })
    return rows.predict(share, { model: pipeline(oneHot(), standardScaler(), linearRegression()) })
  }) as never,
})

/** Payments a few seconds apart; chargebacks come later, some never, some too late, some twice; some amounts are negative. */
export function paymentRecords(random: SeededRandom) {
  const count = 20 + random.nextInt(60)
  const shops = ['a', 'b', 'c']
  const start = Date.UTC(2026, 0, 1)
  const payments = []
  const chargebacks = []
  let paidAt = start
  for (let i = 0; i < count; i++) {
    paidAt += random.nextInt(4000)
    const shop = shops[random.nextInt(3)]
    const amount = random.next() < 0.05 ? -1 : Math.round(random.next() * 100)
    const id = String(100 + i)
    payments.push({ id, paidAt, amount, shop })
    if (random.next() < 0.1) continue
    const decidedAt = paidAt + random.nextInt(random.next() < 0.1 ? 200_000 : 60_000)
    chargebacks.push({ id, decidedAt, share: random.next() + (shop === 'a' ? 1 : 0) })
    if (random.next() < 0.05) chargebacks.push({ id, decidedAt: decidedAt + 1000, share: 0 })
  }
  return { payments, chargebacks }
}

/** What the simulator's tests run. */
export async function paymentCase(): Promise<SimulationCase> {
  return { harness: await StreamHarness.of(payments, paymentSchemas), records: paymentRecords as never }
}
