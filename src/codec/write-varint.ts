/** Writes a safe integer as an Avro long (zigzag, base 128) at `at`, in ten bytes at the most; gives the position after it. */
export function writeVarint(bytes: Uint8Array, at: number, value: number): number {
  if (value >= -1073741824 && value < 1073741824) {
    let zigzag = (value << 1) ^ (value >> 31)
    while (zigzag > 127 || zigzag < 0) {
      bytes[at++] = (zigzag & 127) | 128
      zigzag >>>= 7
    }
    bytes[at++] = zigzag
    return at
  }
  // The zigzag form may need 54 bits, so the sign's bit goes out with the first six of the number.
  const negative = value < 0 ? 1 : 0
  const half = negative === 1 ? -value - 1 : value
  bytes[at++] = ((half & 63) << 1) | negative | 128
  let rest = Math.floor(half / 64)
  while (rest > 127) {
    bytes[at++] = (rest & 127) | 128
    rest = Math.floor(rest / 128)
  }
  bytes[at++] = rest
  return at
}
