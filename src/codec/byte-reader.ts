/**
 * Reads Avro's primitive encodings from a slab of bytes, never beyond `end`: what can't be read sets `wrong` and leaves
 * the reader of no use until the next `open`. (Avro specification 1.12, "Binary encoding".)
 */
export class ByteReader {
  bytes: Uint8Array = new Uint8Array(0)
  position = 0
  end = 0
  /** What was wrong with the bytes; undefined while nothing was. */
  wrong: string | undefined
  private view: DataView = new DataView(new ArrayBuffer(0))

  /** Takes a slab to read from. */
  take(bytes: Uint8Array): void {
    this.bytes = bytes
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  open(start: number, end: number): void {
    this.position = start
    this.end = end
    this.wrong = undefined
  }

  fail(wrong: string): void {
    if (this.wrong === undefined) this.wrong = wrong
    this.position = this.end
  }

  /** An int or long: exact up to 2^53; beyond, rounded when `rounding`, else wrong. */
  long(rounding: boolean): number {
    const { bytes, end } = this
    let at = this.position
    if (at < end) {
      const first = bytes[at++]
      if (first < 128) {
        this.position = at
        return (first >>> 1) ^ -(first & 1)
      }
      // Halves are summed, so that a value needs 53 bits and not the 54 of its zigzag form.
      let half = (first & 127) >>> 1
      let scale = 64
      for (let length = 2; at < end && length <= 10; length++) {
        const byte = bytes[at++]
        half += (byte & 127) * scale
        scale *= 128
        if (byte >= 128) continue
        this.position = at
        if ((length === 10 && byte > 1) || (half > 9007199254740991 && !rounding)) {
          this.fail('a number is larger than 2^53')
          return 0
        }
        return (first & 1) === 0 ? half : -half - 1
      }
    }
    this.fail('the bytes end too early')
    return 0
  }

  int(): number {
    const value = this.long(false)
    if (value !== (value | 0)) this.fail('an int has more than 32 bits')
    return value
  }

  /** A length of what follows: never negative, never beyond the end. */
  length(): number {
    const length = this.long(false)
    if (length < 0 || length > this.end - this.position) {
      this.fail(length < 0 ? 'a length is negative' : 'the bytes end too early')
      return 0
    }
    return length
  }

  /** 1 for true, 0 for false. */
  boolean(): number {
    if (this.position < this.end) {
      const byte = this.bytes[this.position++]
      if (byte <= 1) return byte
      this.fail('a boolean is neither 0 nor 1')
      return 0
    }
    this.fail('the bytes end too early')
    return 0
  }

  float(): number {
    const at = this.position
    if (at + 4 > this.end) {
      this.fail('the bytes end too early')
      return 0
    }
    this.position = at + 4
    return this.view.getFloat32(at, true)
  }

  double(): number {
    const at = this.position
    if (at + 8 > this.end) {
      this.fail('the bytes end too early')
      return 0
    }
    this.position = at + 8
    return this.view.getFloat64(at, true)
  }

  skip(length: number): void {
    if (this.position + length > this.end) this.fail('the bytes end too early')
    else this.position += length
  }
}
