const encoder = new TextEncoder()
const decoder = new TextDecoder()

/** A column of strings as UTF-8 bytes in one slab; a start of -1 = null. Keys and categories are looked up by their bytes, so most strings never become JavaScript strings. */
export class StringColumn {
  readonly isText = true
  bytes: Uint8Array
  starts: Int32Array
  ends: Int32Array
  private used = 0

  constructor(capacity: number) {
    this.bytes = new Uint8Array(capacity * 8)
    this.starts = new Int32Array(capacity)
    this.ends = new Int32Array(capacity)
  }

  clear(): void {
    this.used = 0
  }

  setNull(row: number): void {
    this.starts[row] = -1
    this.ends[row] = -1
  }

  setText(row: number, text: string): void {
    this.room(text.length * 3)
    const { bytes } = this
    const start = this.used
    let end = start
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i)
      if (code > 127) {
        end = start + encoder.encodeInto(text, bytes.subarray(start)).written
        break
      }
      bytes[end++] = code
    }
    this.starts[row] = start
    this.ends[row] = end
    this.used = end
  }

  /** Takes UTF-8 bytes `source[from...to - 1]`, copied. */
  setBytes(row: number, source: Uint8Array, from: number, to: number): void {
    this.room(to - from)
    const { bytes } = this
    let end = this.used
    this.starts[row] = end
    for (let i = from; i < to; i++) bytes[end++] = source[i]
    this.ends[row] = end
    this.used = end
  }

  /** The row's string; null where it has none. */
  text(row: number): string | null {
    const start = this.starts[row]
    if (start < 0) return null
    const end = this.ends[row]
    const { bytes } = this
    let text = ''
    for (let i = start; i < end; i++) {
      const code = bytes[i]
      if (code > 127) return decoder.decode(bytes.subarray(start, end))
      text += String.fromCharCode(code)
    }
    return text
  }

  grow(capacity: number): void {
    const starts = new Int32Array(capacity)
    starts.set(this.starts)
    this.starts = starts
    const ends = new Int32Array(capacity)
    ends.set(this.ends)
    this.ends = ends
  }

  private room(length: number): void {
    if (this.used + length <= this.bytes.length) return
    const bytes = new Uint8Array(Math.max(this.bytes.length * 2, this.used + length))
    bytes.set(this.bytes.subarray(0, this.used))
    this.bytes = bytes
  }
}
