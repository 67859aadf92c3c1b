import type { ActiveRow } from './active-row.ts'

/** The sum of weight times value over the slots of a row; the weight of slot s lies at `head + s * stride`. */
export function dot(state: Float64Array, row: ActiveRow, head: number, stride: number): number {
  const { slots, values, count } = row
  let sum = 0
  for (let i = 0; i < count; i++) sum += state[head + slots[i] * stride] * values[i]
  return sum
}
