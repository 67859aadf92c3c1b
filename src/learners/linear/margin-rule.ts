import type { ActiveRow } from './active-row.ts'

/** How a linear model learns: the part in which the algorithms differ. All it knows lies in the array it was given. */
export interface MarginRule {
  /** The weighted sum of a row. */
  margin(row: ActiveRow): number
  /** Learns a row whose margin is `margin`: `label` is 0 or 1, or a value; weight > 0. */
  learn(row: ActiveRow, margin: number, label: number, weight: number): void
  /** The weight of a slot. */
  weight(slot: number): number
}
