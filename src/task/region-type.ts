import { Pages } from '../stats/pages.ts'
import type { StateRegion } from '../stats/state-region.ts'

const elementBytes = { f64: 8, i32: 4, u32: 4, u8: 1, bytes: 1 } as const

/** The element type of a region in pages, or `bytes` for one that is saved whole. */
export type RegionType = keyof typeof elementBytes

/** What a region is made of. */
export function regionType(region: StateRegion): RegionType {
  if (!(region instanceof Pages)) return 'bytes'
  const { values } = region
  if (values instanceof Float64Array) return 'f64'
  if (values instanceof Int32Array) return 'i32'
  return values instanceof Uint32Array ? 'u32' : 'u8'
}

/** Bytes of a region of so many elements. */
export function regionBytes(type: RegionType, length: number): number {
  return length * elementBytes[type]
}
