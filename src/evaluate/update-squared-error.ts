/** Takes one outcome into weight, sum of squared errors, sum of their squares. */
export function updateSquaredError(
  state: Float64Array,
  from: number,
  _classes: number,
  label: number,
  out: Float64Array,
  at: number,
  _last: number,
  weight: number,
): void {
  const error = out[at] - label
  const square = error * error
  state[from] += weight
  state[from + 1] += weight * square
  state[from + 2] += weight * square * square
}
