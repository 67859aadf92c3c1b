/** Which slots of each key's table were fed since they were last taken: each once, in the order in which they were. */
export class TouchedKeys {
  /** The latest event time that was fed, ms. */
  newestEventMs = Number.NEGATIVE_INFINITY
  private readonly marks: Uint8Array[]
  private readonly slots: Int32Array[]
  /** Where in `slots` those that wait begin and end. */
  private readonly from: Int32Array
  private readonly to: Int32Array

  constructor(keys: number) {
    this.marks = Array.from({ length: keys }, () => new Uint8Array(64))
    this.slots = Array.from({ length: keys }, () => new Int32Array(64))
    this.from = new Int32Array(keys)
    this.to = new Int32Array(keys)
  }

  touch(key: number, slot: number): void {
    if (slot < this.marks[key].length && this.marks[key][slot] === 1) return
    this.add(key, slot)
  }

  /** All slots of a key's table, of which so many are in use. */
  touchAll(key: number, slots: number): void {
    for (let slot = 0; slot < slots; slot++) this.touch(key, slot)
  }

  /** Slots of a key that wait. */
  count(key: number): number {
    return this.to[key] - this.from[key]
  }

  /** The slot that has waited longest; -1 when none does. */
  take(key: number): number {
    if (this.from[key] === this.to[key]) return -1
    const slot = this.slots[key][this.from[key]++]
    this.marks[key][slot] = 0
    if (this.from[key] === this.to[key]) this.from[key] = this.to[key] = 0
    return slot
  }

  private add(key: number, slot: number): void {
    if (slot >= this.marks[key].length) this.marks[key] = enlarged(this.marks[key], new Uint8Array(2 * (slot + 1)))
    this.marks[key][slot] = 1
    if (this.to[key] === this.slots[key].length) this.makeRoom(key)
    this.slots[key][this.to[key]++] = slot
  }

  private makeRoom(key: number): void {
    const { slots, from, to } = this
    const waiting = this.count(key)
    const room = waiting > slots[key].length >> 1 ? new Int32Array(2 * slots[key].length) : slots[key]
    room.set(slots[key].subarray(from[key], to[key]))
    slots[key] = room
    from[key] = 0
    to[key] = waiting
  }
}

function enlarged(from: Uint8Array, to: Uint8Array): Uint8Array {
  to.set(from)
  return to
}
