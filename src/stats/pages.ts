/** The arrays that state is made of. */
export type StateArray = Float64Array | Int32Array | Uint32Array | Uint8Array

const PAGE_BYTES_SHIFT = 13 // 8 KiB: small enough that scattered writes copy little, large enough that a manifest of a million keys stays short

/**
 * Flat state in pages: one contiguous typed array, and a flag for each 8 KiB of it that changed since the last snapshot,
 * so that a snapshot copies only those. Whoever writes `values[i]` calls `touch(i)`; whoever calls `ensure` reads
 * `values` anew, for growing replaces it.
 */
export class Pages<A extends StateArray = StateArray> {
  values: A
  /** One flag a page: 1 = changed since `clean`. */
  dirty: Uint8Array
  /** `index >> shift` is an element's page. */
  readonly shift: number
  /** The elements that count; a snapshot keeps these. */
  length: number

  constructor(values: A) {
    this.values = values
    this.length = values.length
    this.shift = PAGE_BYTES_SHIFT - (31 - Math.clz32(values.BYTES_PER_ELEMENT))
    this.dirty = new Uint8Array(this.pagesOf(values.length)).fill(1)
  }

  /** Marks the page of element `index` as changed. */
  touch(index: number): void {
    this.dirty[index >> this.shift] = 1
  }

  /** Marks the pages of elements `from` to `to` - 1 as changed. */
  touchRange(from: number, to: number): void {
    if (to <= from) return
    const first = from >> this.shift
    const last = (to - 1) >> this.shift
    this.dirty[first] = 1
    this.dirty[last] = 1
    if (last > first + 1) this.dirty.fill(1, first + 1, last)
  }

  /** Makes room for `length` elements, new ones zero; at least doubles when it grows. */
  ensure(length: number): void {
    if (length <= this.length) return
    if (length > this.values.length) {
      const grown = new (this.values.constructor as new (length: number) => A)(Math.max(length, this.values.length * 2))
      grown.set(this.values as never)
      this.values = grown
    }
    this.resize(length)
  }

  /** Elements a page. */
  get pageLength(): number {
    return 1 << this.shift
  }

  get pageCount(): number {
    return this.pagesOf(this.length)
  }

  /** Says that a snapshot holds everything. */
  clean(): void {
    this.dirty.fill(0)
  }

  /** Becomes `length` elements, filled by the caller page by page (loading a snapshot). */
  resize(length: number): void {
    if (length > this.values.length) {
      const grown = new (this.values.constructor as new (length: number) => A)(length)
      grown.set(this.values as never)
      this.values = grown
    }
    const pages = this.pagesOf(length)
    if (pages > this.dirty.length) {
      const flags = new Uint8Array(Math.max(pages, this.dirty.length * 2))
      flags.set(this.dirty)
      this.dirty = flags
    }
    this.dirty.fill(1, this.pagesOf(this.length) > 0 ? this.pagesOf(this.length) - 1 : 0, pages)
    this.length = length
  }

  private pagesOf(length: number): number {
    return Math.ceil(length / (1 << this.shift))
  }
}
