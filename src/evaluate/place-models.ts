import type { Pages } from '../stats/pages.ts'

/**
 * Lays out anew what is kept of models side by side, `width` doubles each, in groups of `before` models: in each group
 * model `i` now is the one at `places[i]`, all zeros for -1. All pages count as changed.
 */
export function placeModels(
  pages: Pages<Float64Array>,
  width: number,
  before: number,
  places: readonly number[],
): void {
  const groups = Math.floor(pages.length / (before * width))
  const from = pages.values
  const values = new Float64Array(groups * places.length * width)
  for (let group = 0; group < groups; group++) {
    for (let i = 0; i < places.length; i++) {
      if (places[i] < 0) continue
      const at = (group * before + places[i]) * width
      values.set(from.subarray(at, at + width), (group * places.length + i) * width)
    }
  }
  pages.values = values
  pages.length = 0
  pages.resize(values.length)
}
