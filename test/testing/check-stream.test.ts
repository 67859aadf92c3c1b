import { describe, expect, it } from 'vitest'
import { defineStream, linearRegression } from '../../src/index.ts'
import { SeededRandom } from '../../src/stats/seeded-random.ts'
import { checkStream } from '../../src/testing/index.ts'
import flightDelay from '../../streams/flight-delay.ts'
import { paymentRecords, paymentSchemas, payments } from '../simulation/payments.ts'
import { flights } from '../task/flight-log.ts'

const schemas = paymentSchemas
const records = paymentRecords(new SeededRandom(3)) as never

/** A stream with one more feature. */
function withFeature(name: string, feature: (payment: any) => unknown) {
  return defineStream({
    ...payments,
    build: (({ payments: events, chargebacks }: any) => {
      const fraud = events.label(chargebacks, { value: (label: any) => label.share, horizon: '2m' })
      const rows = events.featurize({ amount: 'amount', [name]: feature })
      return rows.predict(fraud, { model: linearRegression() })
    }) as never,
  } as never)
}

describe('checkStream', () => {
  it('finds nothing in streams whose results follow from their records alone', async () => {
    expect(await checkStream(payments, records, { schemas })).toMatchObject({ difference: undefined })
    const history = flights(150, 1, 60_000).map(({ flightId, departedAt, distance, origin, destination }) => ({
      input: 'departures',
      record: { flightId, departedAt, distance, origin, destination },
    }))
    const { difference, predictions } = await checkStream(flightDelay, history)
    expect([difference, predictions]).toEqual([undefined, 150])
  })

  it.each<[string, (payment: any) => unknown]>([
    ['Math.random', () => Math.random()],
    ['Date.now', (payment) => Date.now() - payment.paidAt],
    ['new Date', () => new Date().getTime() % 1000],
    ['the time zone', (payment) => new Date(payment.paidAt).getHours()],
  ])('finds an arrow that uses %s, and names feature and record', async (_, feature) => {
    const { difference } = await checkStream(withFeature('noise', feature), records, { schemas })
    expect(difference).toMatchObject({ what: "feature 'noise'", position: 0, input: 'payments', id: '100' })
  })

  it('finds an arrow that counts its calls', async () => {
    let calls = 0
    const { difference } = await checkStream(
      withFeature('calls', () => calls++),
      records,
      { schemas },
    )
    expect(difference).toMatchObject({ what: "feature 'calls'", position: 0 })
  })

  it('finds an arrow that remembers the record before', async () => {
    let before = 0
    const change = ({ amount }: { amount: number }): number => {
      const difference = amount - before
      before = amount
      return difference
    }
    const { difference } = await checkStream(withFeature('change', change), records, { schemas })
    expect(difference).toMatchObject({ what: "feature 'change'", input: 'payments' })
    expect(difference?.one).not.toBe(difference?.other)
  })

  it('finds a label and a filter that depend on chance', async () => {
    const withLabel = (value: () => number, keep: () => boolean) =>
      defineStream({
        ...payments,
        build: (({ payments: events, chargebacks }: any) => {
          const kept = events.where(keep)
          const fraud = kept.label(chargebacks, { value, horizon: '2m' })
          return kept.featurize({ amount: 'amount' }).predict(fraud, { model: linearRegression() })
        }) as never,
      } as never)
    const chance = () => Math.random()
    const label = await checkStream(
      withLabel(chance, () => true),
      records,
      { schemas },
    )
    expect(label.difference?.what).toBe('label')
    const filter = await checkStream(
      withLabel(
        () => 1,
        () => chance() < 0.5,
      ),
      records,
      { schemas },
    )
    expect(filter.difference?.what).toBe('which events are predicted')
  })

  it('leaves clock and time zone as they were', async () => {
    const zone = process.env.TZ
    const before = Date.now()
    await checkStream(payments, records, { schemas })
    expect(process.env.TZ).toBe(zone)
    expect(Date.now() - before).toBeLessThan(60_000)
  })
})
