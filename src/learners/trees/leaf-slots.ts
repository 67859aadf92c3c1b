const FIRST = 8 // slots that there is room for at the start

/**
 * What the leaves of a tree know: one slot of `length` doubles a leaf in one flat array, which grows by doubling up to
 * `most` slots. Slots that are given back are used again.
 */
export class LeafSlots {
  slab: Float64Array
  /** Doubles a slot. */
  readonly length: number
  most: number
  /** Slots ever used. */
  size = 0
  capacity: number
  private readonly free: number[] = []

  constructor(length: number, most: number) {
    this.length = length
    this.most = most
    this.capacity = Math.min(FIRST, most)
    this.slab = new Float64Array(this.capacity * length)
  }

  byteSize(): number {
    return this.slab.byteLength
  }

  /** How many slots can still be added. */
  room(): number {
    return this.free.length + this.most - this.size
  }

  /** A slot that knows nothing. */
  add(): number {
    const slot = this.free.pop() ?? this.size++
    if (this.size > this.capacity) this.grow()
    this.clear(slot)
    return slot
  }

  clear(slot: number): void {
    this.slab.fill(0, slot * this.length, (slot + 1) * this.length)
  }

  remove(slot: number): void {
    this.free.push(slot)
  }

  /** Adds to the weight since the last attempt to split, the first double of a slot, and gives it. */
  addWeight(slot: number, weight: number): number {
    const at = slot * this.length
    this.slab[at] += weight
    return this.slab[at]
  }

  clearWeight(slot: number): void {
    this.slab[slot * this.length] = 0
  }

  private grow(): void {
    while (this.capacity < this.size) this.capacity = Math.min(this.most, this.capacity * 2)
    const slab = new Float64Array(this.capacity * this.length)
    slab.set(this.slab)
    this.slab = slab
  }

  arrays(): { slots: Float64Array; freeSlots: Int32Array } {
    return { slots: this.slab.slice(0, this.size * this.length), freeSlots: Int32Array.from(this.free) }
  }

  load(arrays: ReturnType<LeafSlots['arrays']>): void {
    this.size = arrays.slots.length / this.length
    if (this.size > this.capacity) this.grow()
    this.slab.set(arrays.slots)
    this.free.length = 0
    for (const slot of arrays.freeSlots) this.free.push(slot)
  }
}
