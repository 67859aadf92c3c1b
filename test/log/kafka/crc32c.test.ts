import { crc32c } from '../../../src/log/kafka/crc32c.ts'
import { expect, test } from 'vitest'

/** Bit by bit, as the polynomial says. */
function slow(bytes: Uint8Array): number {
  let crc = 0xffff_ffff
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1
  }
  return ~crc >>> 0
}

test('is CRC-32C: the check value, those of RFC 3720, and any length and offset', () => {
  expect(crc32c(Buffer.from('123456789'))).toBe(0xe3069283)
  expect(crc32c(Buffer.alloc(32))).toBe(0x8a9136aa)
  expect(crc32c(Buffer.alloc(32, 0xff))).toBe(0x62a8ab43)
  const bytes = Uint8Array.from({ length: 100 }, (_, i) => (i * 151 + 7) & 255)
  for (let start = 0; start < 12; start++) {
    for (let end = start; end < 60; end++) expect(crc32c(bytes, start, end)).toBe(slow(bytes.subarray(start, end)))
  }
})
