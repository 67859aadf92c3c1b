import type { Headers } from './record-batch.ts'

const encoder = new TextEncoder()
const decoder = new TextDecoder()

/** Headers of a chunk as bytes: little-endian u32 of the record, of how many follow, and before each name and value its length. */
export function encodeHeaders(headers: ReadonlyMap<number, Headers>): Uint8Array {
  const parts: Uint8Array[] = []
  for (const [index, own] of headers) {
    parts.push(words(index, own.length))
    for (const [name, value] of own) {
      const nameBytes = encoder.encode(name)
      parts.push(words(nameBytes.length, value.length), nameBytes, value)
    }
  }
  return new Uint8Array(Buffer.concat(parts))
}

export function decodeHeaders(bytes: Uint8Array): ReadonlyMap<number, Headers> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const headers = new Map<number, Headers>()
  let at = 0
  while (at < bytes.length) {
    const index = view.getUint32(at, true)
    let left = view.getUint32(at + 4, true)
    at += 8
    const own: (readonly [string, Uint8Array])[] = []
    for (; left > 0; left--) {
      const nameLength = view.getUint32(at, true)
      const valueLength = view.getUint32(at + 4, true)
      at += 8
      const name = decoder.decode(bytes.subarray(at, at + nameLength))
      at += nameLength
      own.push([name, bytes.subarray(at, at + valueLength)])
      at += valueLength
    }
    headers.set(index, own)
  }
  return headers
}

function words(first: number, second: number): Uint8Array {
  const bytes = new Uint8Array(8)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, first, true)
  view.setUint32(4, second, true)
  return bytes
}
