import { checkParameter } from '../check-parameter.ts'
import { finiteValues } from './finite-values.ts'

/**
 * Edges that cut a reference into bins of about equal counts, rising, each once; where many values are equal there are
 * fewer bins. They stay as they are for every later window. Throws MILLRACE_DRIFT_PARAMETER.
 */
export function quantileBins(reference: ArrayLike<number>, bins = 10): Float64Array {
  checkParameter('quantileBins', 'bins', bins, 2, 1_000, 'whole')
  const sorted = finiteValues(reference).sort()
  const edges: number[] = []
  for (let i = 1; i < bins && sorted.length > 0; i++) {
    const edge = sorted[Math.min(sorted.length - 1, Math.ceil((i * sorted.length) / bins))]
    if (edge > sorted[0] && edge !== edges.at(-1)) edges.push(edge)
  }
  return Float64Array.from(edges)
}

/** How many values fall into each bin: below the first edge, from each edge on up to the next, and, last, those that aren't finite. */
export function countBins(edges: Float64Array, values: ArrayLike<number>): Float64Array {
  const counts = new Float64Array(edges.length + 2)
  for (let i = 0; i < values.length; i++) {
    const value = values[i]
    if (!Number.isFinite(value)) {
      counts[edges.length + 1]++
      continue
    }
    let low = 0
    let high = edges.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (edges[middle] <= value) low = middle + 1
      else high = middle
    }
    counts[low]++
  }
  return counts
}
