import type { Pages } from '../stats/pages.ts'

/** Exchanges two stretches of a page array. */
export function swapRanges(pages: Pages<Float64Array>, a: number, b: number, length: number): void {
  const kept = pages.values.slice(a, a + length)
  pages.values.copyWithin(a, b, b + length)
  pages.values.set(kept, b)
  pages.touchRange(a, a + length)
  pages.touchRange(b, b + length)
}
