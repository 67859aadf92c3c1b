/**
 * From keys to slots by open addressing: linear probing at a load of at most a half, deletion that closes gaps (Knuth, The art of
 * computer programming 3, algorithm 6.4R). Derived from cells of `width` words, in which a key lies at slot x width with zeros behind it.
 */
export class KeyIndex {
  /** 0, or slot + 1 in the bits of `mask` and the hash's in those above: one word an entry, because memory is what lookups wait for. */
  private entries = new Int32Array(1024)
  private mask = 1023

  /** Whether it has room for slots 0 to `slots` - 1. */
  hasRoom(slots: number): boolean {
    return slots * 2 <= this.mask + 1
  }

  /** The slot of the key `words[0...count - 1]`, or -1. */
  find(cells: Int32Array, width: number, words: Int32Array, count: number, hash: number): number {
    if (count > width) return -1
    const { entries, mask } = this
    for (let at = hash & mask; ; at = (at + 1) & mask) {
      const entry = entries[at]
      if (entry === 0) return -1
      if (((entry ^ hash) & ~mask) !== 0) continue
      const slot = (entry & mask) - 1
      if (isKey(cells, slot * width, width, words, count)) return slot
    }
  }

  /** Adds a slot whose key is not in yet. */
  add(slot: number, hash: number): void {
    const { entries, mask } = this
    let at = hash & mask
    while (entries[at] !== 0) at = (at + 1) & mask
    entries[at] = (hash & ~mask) | (slot + 1)
  }

  /** Takes a slot out and closes the gap, so that no probe stops too early. */
  remove(slot: number, cells: Int32Array, width: number): void {
    const { entries, mask } = this
    let gap = hashAt(cells, slot * width, width) & mask
    while ((entries[gap] & mask) !== slot + 1) gap = (gap + 1) & mask
    for (let at = (gap + 1) & mask; entries[at] !== 0; at = (at + 1) & mask) {
      const home = hashAt(cells, ((entries[at] & mask) - 1) * width, width) & mask
      if (((at - home) & mask) < ((at - gap) & mask)) continue
      entries[gap] = entries[at]
      gap = at
    }
    entries[gap] = 0
  }

  /** Becomes the index of the slots 0 to `slots` - 1 that are in use: those with `holds` >= 0. */
  rebuild(slots: number, holds: Int32Array, cells: Int32Array, width: number): void {
    let capacity = 1024
    while (capacity < slots * 2) capacity *= 2
    this.entries = new Int32Array(capacity)
    this.mask = capacity - 1
    for (let slot = 0; slot < slots; slot++) if (holds[slot] >= 0) this.add(slot, hashAt(cells, slot * width, width))
  }

  /** The hash of the words `at` to `at` + `count` - 1, zero words at the end not counted: multiply and fold, then MurmurHash3's finalizer (Appleby, 2011). */
  static hash(words: Int32Array, at: number, count: number): number {
    let hash = count
    for (let i = at; i < at + count; i++) {
      hash = Math.imul(hash ^ words[i], 0x9e3779b1)
      hash ^= hash >>> 15
    }
    hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
    return hash ^ (hash >>> 16)
  }
}

function isKey(cells: Int32Array, at: number, width: number, words: Int32Array, count: number): boolean {
  for (let i = 0; i < count; i++) if (cells[at + i] !== words[i]) return false
  for (let i = count; i < width; i++) if (cells[at + i] !== 0) return false
  return true
}

function hashAt(cells: Int32Array, at: number, width: number): number {
  let count = width
  while (count > 0 && cells[at + count - 1] === 0) count--
  return KeyIndex.hash(cells, at, count)
}
