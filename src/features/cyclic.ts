import { cos } from '../stats/math/cos.ts'
import { sin } from '../stats/math/sin.ts'

const TURN = 2 * Math.PI

/** The sine of a value that repeats after `period`, for example cyclicSine(hourOfDay(t), 24); with cyclicCosine it tells the end of a period from its middle, and its end is near its beginning. */
export function cyclicSine(value: number, period: number): number {
  return sin(TURN * phase(value, period))
}

/** The cosine of a value that repeats after `period`. */
export function cyclicCosine(value: number, period: number): number {
  return cos(TURN * phase(value, period))
}

/** The part of the period that has passed, 0 to 1: keeps large values exact. */
function phase(value: number, period: number): number {
  const periods = value / period
  return periods - Math.floor(periods)
}
