/** 53 bits of a string's FNV-1a-like hash, as an integer: what counting different strings goes by. */
export function hashOfText(bytes: Uint8Array, start: number, end: number): number {
  let high = 0x811c9dc5
  let low = 0x01000193
  for (let i = start; i < end; i++) {
    high = Math.imul(high ^ bytes[i], 0x01000193)
    low = Math.imul(low ^ bytes[i], 0x85ebca6b) ^ (low >>> 13)
  }
  return (high >>> 0) * 0x200000 + ((low >>> 0) & 0x1fffff)
}
