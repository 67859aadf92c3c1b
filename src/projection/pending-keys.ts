/** What a key is to hold: a text, an encoded prediction, or nothing any more. */
export type PendingValue = string | Uint8Array | null

/** Keys that wait to be written, each with its latest value, longest waiting first; above the bound the first of them is given up. */
export class PendingKeys {
  superseded = 0
  dropped = 0
  private readonly most: number
  private readonly values = new Map<string, PendingValue>()
  /** The same keys, from `first` on in the order in which they came: a map is slow to give its first key when many before it were deleted. */
  private order: string[] = []
  private first = 0

  constructor(most: number) {
    this.most = most
  }

  get count(): number {
    return this.values.size
  }

  /** A newer value; the key keeps its place. */
  set(key: string, value: PendingValue): void {
    const { values } = this
    const before = values.size
    values.set(key, value)
    if (values.size === before) {
      this.superseded++
      return
    }
    this.order.push(key)
    if (before < this.most) return
    values.delete(this.takeFirst())
    this.dropped++
  }

  /** Takes out up to `count` of those that have waited longest. */
  take(count: number): [key: string, value: PendingValue][] {
    const taken: [string, PendingValue][] = []
    while (taken.length < count && this.values.size > 0) {
      const key = this.takeFirst()
      taken.push([key, this.values.get(key) as PendingValue])
      this.values.delete(key)
    }
    return taken
  }

  /** Gives back what could not be written; what has come since is newer. */
  giveBack(taken: readonly (readonly [key: string, value: PendingValue])[]): void {
    for (const [key, value] of taken) {
      if (this.values.has(key)) this.superseded++
      else if (this.values.size < this.most) this.set(key, value)
      else this.dropped++
    }
  }

  private takeFirst(): string {
    const key = this.order[this.first++]
    if (this.first > 1024 && this.first > this.order.length >> 1) {
      this.order = this.order.slice(this.first)
      this.first = 0
    }
    return key
  }
}
