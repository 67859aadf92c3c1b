/** Adds `length` doubles of `other` to `state`: how two states of a metric merge. */
export function addStates(state: Float64Array, at: number, other: Float64Array, from: number, length: number): void {
  for (let i = 0; i < length; i++) state[at + i] += other[from + i]
}
