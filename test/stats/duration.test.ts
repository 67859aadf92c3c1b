import { expect, it } from 'vitest'
import { MillraceError } from '../../src/errors.ts'
import { durationMs } from '../../src/stats/duration.ts'

it.each([
  ['250ms', 250],
  ['30s', 30_000],
  ['30m', 1_800_000],
  ['36h', 129_600_000],
  ['14d', 1_209_600_000],
  ['1.5h', 5_400_000],
  ['1.1s', 1100],
  ['0s', 0],
])('%s is %d milliseconds', (text, ms) => {
  expect(durationMs(text, 'window')).toBe(ms)
})

it.each(['30', 'm', '30 m', '-5m', '5min', '1e3s', '', '30M'])('%j is no duration', (text) => {
  expect(() => durationMs(text, "window of 'departuresNow'")).toThrow(
    `window of 'departuresNow': ${JSON.stringify(text)} is no duration. Write a number and a unit (ms, s, m, h, d), such as '30m'.`,
  )
})

it('takes whole milliseconds that a double holds', () => {
  expect(() => durationMs('0.5ms', 'horizon')).toThrow(
    "horizon: '0.5ms' is 0.5 ms. Pass a whole number of milliseconds",
  )
  expect(() => durationMs('999999999999d', 'horizon')).toThrow(MillraceError)
})
