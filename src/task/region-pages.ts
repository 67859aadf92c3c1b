import { type RegionType, regionBytes } from './region-type.ts'

/** Bytes of a page, as `Pages` cuts them; the last page of a region may be shorter. */
export const PAGE_BYTES = 8192

/** How many pages a region of so many elements has. One that is saved whole is a single page, or none when empty. */
export function regionPages(type: RegionType, length: number): number {
  return type === 'bytes' ? Math.min(length, 1) : Math.ceil(regionBytes(type, length) / PAGE_BYTES)
}

/** Bytes that count of one of its pages. */
export function regionPageBytes(type: RegionType, length: number, page: number): number {
  const bytes = regionBytes(type, length)
  return type === 'bytes' ? bytes : Math.min(PAGE_BYTES, bytes - page * PAGE_BYTES)
}
