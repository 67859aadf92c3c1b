import { cosineSeries, reduceQuarterTurns, remainder, sineSeries } from './quarter-turns.ts'

/** The cosine of x in radians, within 0.8 ulp for every finite x and equal on every machine; NaN for infinities. */
export function cos(x: number): number {
  if (x > -0.785 && x < 0.785) return cosineSeries(x, 0)
  if (!(x > -Infinity && x < Infinity)) return NaN
  const quarter = reduceQuarterTurns(x)
  const { high, low } = remainder
  const size = (quarter & 1) === 0 ? cosineSeries(high, low) : sineSeries(high, low)
  return quarter === 0 || quarter === 3 ? size : -size
}
