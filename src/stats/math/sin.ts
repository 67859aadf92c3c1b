import { cosineSeries, reduceQuarterTurns, remainder, sineSeries } from './quarter-turns.ts'

/** The sine of x in radians, within 0.8 ulp for every finite x and equal on every machine; NaN for infinities. */
export function sin(x: number): number {
  if (x > -0.785 && x < 0.785) return x > -1e-8 && x < 1e-8 ? x : sineSeries(x, 0)
  if (!(x > -Infinity && x < Infinity)) return NaN
  const quarter = reduceQuarterTurns(x)
  const { high, low } = remainder
  const size = (quarter & 1) === 0 ? sineSeries(high, low) : cosineSeries(high, low)
  return quarter < 2 ? size : -size
}
