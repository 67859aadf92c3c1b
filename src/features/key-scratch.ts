const decoder = new TextDecoder()

/** The longest key in bytes, part headers included. */
const MAX_KEY_BYTES = 1024

// The first byte of a part: below LONG_TEXT a string's length + 1, so that no part begins with 0 and zeros can pad a key.
const LONG_TEXT = 0xf0
const INTEGER = 0xf1
const DOUBLE = 0xf2
const MISSING = 0xf3

/**
 * The key being looked up, as little-endian words of 4 bytes: parts one after the other, each self-delimiting, so that ('ab', 'c')
 * and ('a', 'bc') differ, and so do 5 and '5'. Up to 1,024 bytes with 1 to 3 bytes a part around a string's own.
 */
export class KeyScratch {
  /** The key's words once `seal` was called. */
  readonly words = new Int32Array(MAX_KEY_BYTES / 4 + 1)
  private length = 0
  /** The bytes since the last whole word. Kept here because a word read right after its bytes were written stalls. */
  private word = 0
  private readonly double = new Float64Array(1)
  private readonly doubleWords = new Int32Array(this.double.buffer)

  /** Starts a key. */
  begin(): void {
    this.length = 0
    this.word = 0
  }

  /** Adds a string part given as the UTF-8 bytes `start` to `end` - 1. */
  addBytes(bytes: Uint8Array, start: number, end: number): void {
    if (!this.addTextHeader(end - start)) return
    const { words } = this
    let { length, word } = this
    for (let i = start; i < end; i++) {
      word |= bytes[i] << ((length & 3) << 3)
      length++
      if ((length & 3) === 0) {
        words[(length >> 2) - 1] = word
        word = 0
      }
    }
    this.length = length
    this.word = word
  }

  /** Adds a string part; the same key as `addBytes` with its UTF-8 bytes (a lone surrogate is U+FFFD). */
  addString(text: string): void {
    let count = 0
    for (let i = 0; i < text.length; i++) {
      const code = codeAt(text, i)
      if (code > 0xffff) i++
      count += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4
    }
    if (!this.addTextHeader(count)) return
    for (let i = 0; i < text.length; i++) {
      const code = codeAt(text, i)
      if (code < 0x80) {
        this.put(code)
        continue
      }
      if (code > 0xffff) i++
      if (code < 0x800) {
        this.put(0xc0 | (code >> 6))
      } else {
        if (code < 0x10000) this.put(0xe0 | (code >> 12))
        else {
          this.put(0xf0 | (code >> 18))
          this.put(0x80 | ((code >> 12) & 63))
        }
        this.put(0x80 | ((code >> 6) & 63))
      }
      this.put(0x80 | (code & 63))
    }
  }

  /** Adds a number part; NaN is the same part as a null. */
  addNumber(value: number): void {
    if (value !== value) return this.addNull()
    const integer = value | 0
    if (integer === value) {
      if (!this.hasRoom(5)) return
      this.put(INTEGER)
      this.putWord(integer)
      return
    }
    if (!this.hasRoom(9)) return
    this.double[0] = value
    this.put(DOUBLE)
    this.putWord(this.doubleWords[0])
    this.putWord(this.doubleWords[1])
  }

  /** Adds a part that is missing. */
  addNull(): void {
    if (this.hasRoom(1)) this.put(MISSING)
  }

  /** Ends the key and gives its number of words, zero words at the end not counted; -1 when it is too long. */
  seal(): number {
    const { words } = this
    if (this.length > MAX_KEY_BYTES) return -1
    let count = (this.length + 3) >> 2
    if ((this.length & 3) !== 0) words[count - 1] = this.word
    while (count > 0 && words[count - 1] === 0) count--
    return count
  }

  /** The key in `words[at...at + count - 1]` for people, parts joined by ' | '. */
  static text(words: Int32Array, at: number, count: number): string {
    const view = new DataView(new ArrayBuffer(count * 4))
    for (let i = 0; i < count; i++) view.setInt32(i * 4, words[at + i], true)
    const parts: string[] = []
    for (let from = 0; from < view.byteLength && view.getUint8(from) !== 0; ) {
      const head = view.getUint8(from++)
      if (head === INTEGER) {
        parts.push(String(view.getInt32(from, true)))
        from += 4
      } else if (head === DOUBLE) {
        parts.push(String(view.getFloat64(from, true)))
        from += 8
      } else if (head === MISSING) {
        parts.push('null')
      } else {
        const length = head === LONG_TEXT ? view.getUint16(from, true) : head - 1
        if (head === LONG_TEXT) from += 2
        parts.push(decoder.decode(new Uint8Array(view.buffer, from, length)))
        from += length
      }
    }
    return parts.join(' | ')
  }

  private addTextHeader(count: number): boolean {
    if (count + 1 < LONG_TEXT) {
      if (!this.hasRoom(count + 1)) return false
      this.put(count + 1)
      return true
    }
    if (!this.hasRoom(count + 3)) return false
    this.put(LONG_TEXT)
    this.put(count & 255)
    this.put(count >> 8)
    return true
  }

  /** Whether `count` more bytes fit; if not the key is, and stays, too long. */
  private hasRoom(count: number): boolean {
    if (this.length + count <= MAX_KEY_BYTES) return true
    this.length = MAX_KEY_BYTES + 1
    return false
  }

  private put(byte: number): void {
    this.word |= byte << ((this.length & 3) << 3)
    this.length++
    if ((this.length & 3) !== 0) return
    this.words[(this.length >> 2) - 1] = this.word
    this.word = 0
  }

  private putWord(word: number): void {
    const shift = (this.length & 3) << 3
    this.words[this.length >> 2] = this.word | (word << shift)
    this.word = shift === 0 ? 0 : word >>> (32 - shift)
    this.length += 4
  }
}

/** The code point at index `i`, above 0xffff for a pair of surrogates; U+FFFD for a lone one. */
function codeAt(text: string, i: number): number {
  const code = text.charCodeAt(i)
  if (code < 0xd800 || code > 0xdfff) return code
  const next = i + 1 < text.length ? text.charCodeAt(i + 1) : 0
  if (code > 0xdbff || next < 0xdc00 || next > 0xdfff) return 0xfffd
  return 0x10000 + ((code - 0xd800) << 10) + (next - 0xdc00)
}
