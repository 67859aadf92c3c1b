/**
 * Weights of numbered buckets in `buckets` doubles from `first` on, for the numbers up to the one at `state[top]`
 * (-Infinity of nothing). A number above it moves the range up; numbers below the range share its lowest bucket. So the
 * weights are a function of what was added, whatever the order.
 */
export function addToBucket(
  state: Float64Array,
  top: number,
  first: number,
  buckets: number,
  bucket: number,
  weight: number,
): void {
  const highest = state[top]
  if (bucket > highest) {
    if (highest > -Infinity) moveUp(state, first, buckets, bucket - highest)
    state[top] = bucket
    state[first + buckets - 1] += weight
  } else {
    const position = buckets - 1 - (highest - bucket)
    state[first + (position > 0 ? position : 0)] += weight
  }
}

/** Adds all weights of a range of the same size at `otherTop` and `otherFirst` of `other`. */
export function mergeBuckets(
  state: Float64Array,
  top: number,
  first: number,
  buckets: number,
  other: Float64Array,
  otherTop: number,
  otherFirst: number,
): void {
  const highest = other[otherTop]
  for (let i = buckets - 1; i >= 0; i -= 1) {
    const weight = other[otherFirst + i]
    if (weight > 0) addToBucket(state, top, first, buckets, highest - (buckets - 1 - i), weight)
  }
}

function moveUp(state: Float64Array, first: number, buckets: number, places: number): void {
  const gone = Math.min(places, buckets)
  let lowest = 0
  for (let i = 0; i < gone; i += 1) lowest += state[first + i]
  state.copyWithin(first, first + gone, first + buckets)
  state.fill(0, first + buckets - gone, first + buckets)
  state[first] += lowest
}
