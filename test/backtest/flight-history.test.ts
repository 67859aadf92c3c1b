import { describe, expect, it } from 'vitest'
import history from '../../streams/flight-delay.history.ts'

const SINCE = Date.UTC(2001, 5, 29, 12)

/** The records of the history that arrived at `SINCE` or later, as (input, flight, time), and how many were told in all. */
async function told(options: { since?: number }): Promise<{ records: string[]; all: number }> {
  const records: string[] = []
  let all = 0
  for await (const { columns, order } of history(options)) {
    const inputs = Object.entries(columns)
    const next = inputs.map(() => 0)
    for (let i = 0; i < order.length; i++) {
      const [input, { flightId, departedAt, landedAt }] = inputs[order[i]]
      const row = next[order[i]]++
      const time = (departedAt ?? landedAt)[row] as number
      if (time >= SINCE) records.push(`${input} ${flightId[row]} ${time}`)
      all++
    }
  }
  return { records, all }
}

describe('the history of flights', () => {
  it('told from a moment on has all that arrived since, and little else', async () => {
    const whole = await told({})
    const rest = await told({ since: SINCE })
    expect(whole.all).toBe(6_000_000)
    expect(rest.records).toEqual(whole.records)
    expect(rest.records.length).toBeGreaterThan(40_000)
    expect(rest.all - rest.records.length).toBeLessThan(10_000)
  })
})
