import { gunzipSync, zstdDecompressSync } from 'node:zlib'
import { compressors } from 'hyparquet-compressors'

const names = ['none', 'gzip', 'snappy', 'lz4', 'zstd']

/** A record batch may unpack to this: whoever packs more wants to harm. */
const maxOutputLength = 256 * 1024 * 1024

/** Records as a producer compressed them: gzip, snappy (bare or in xerial's blocks), lz4 (framed) or zstd. Throws RangeError where they can't be unpacked. */
export function decompress(codec: number, bytes: Buffer): Buffer {
  try {
    return unpacked(codec, bytes)
  } catch (cause) {
    if (cause instanceof RangeError) throw cause
    throw new RangeError(`its records can't be unpacked (${(cause as Error).message})`, { cause })
  }
}

function unpacked(codec: number, bytes: Buffer): Buffer {
  if (codec === 1) return gunzipSync(bytes, { maxOutputLength })
  if (codec === 2) return unsnappy(bytes)
  if (codec === 3) return unlz4(bytes)
  if (codec === 4) return zstdDecompressSync(bytes, { maxOutputLength })
  throw new RangeError(`it is compressed in a way that is not known (${names[codec] ?? codec})`)
}

/** Java's producers write blocks behind a header (xerial), others one bare block. */
function unsnappy(bytes: Buffer): Buffer {
  const isXerial = bytes.length > 16 && bytes.subarray(1, 7).toString('latin1') === 'SNAPPY'
  if (!isXerial) return unsnappyBlock(bytes)
  const blocks: Buffer[] = []
  for (let at = 16; at < bytes.length; ) {
    const length = bytes.readInt32BE(at)
    at += 4
    blocks.push(unsnappyBlock(bytes.subarray(at, at + length)))
    at += length
  }
  return Buffer.concat(blocks)
}

function unsnappyBlock(block: Buffer): Buffer {
  let length = 0
  for (let i = 0, scale = 1; i < 5; i++, scale *= 128) {
    length += (block[i] & 127) * scale
    if (block[i] < 128) break
  }
  if (length > maxOutputLength) throw new RangeError(`it claims to unpack to ${length} bytes`)
  return asBuffer(compressors.SNAPPY!(block, length))
}

/** The frame format of LZ4 (Collet): a descriptor, blocks of at most 4 MiB, linked or not, and checksums, which are skipped. */
function unlz4(bytes: Buffer): Buffer {
  if (bytes.readUInt32LE(0) !== 0x184d2204) throw new RangeError('its lz4 frame has no magic number')
  const flags = bytes[4]
  let at = 7 + (flags & 8 ? 8 : 0) + (flags & 1 ? 4 : 0)
  const maxBlock = 1 << (8 + 2 * ((bytes[5] >>> 4) & 7))
  let out = Buffer.alloc(Math.max(maxBlock, bytes.length * 4))
  let length = 0
  for (;;) {
    const word = bytes.readUInt32LE(at)
    at += 4
    if (word === 0) break
    const size = word & 0x7fff_ffff
    const block = bytes.subarray(at, at + size)
    at += size + (flags & 16 ? 4 : 0)
    if (length > maxOutputLength) throw new RangeError(`it unpacks to more than ${maxOutputLength} bytes`)
    if (length + maxBlock > out.length) {
      const grown = Buffer.alloc(2 * out.length + maxBlock)
      out.copy(grown, 0, 0, length)
      out = grown
    }
    length = word >>> 31 ? length + block.copy(out, length) : unlz4Block(block, out, length)
  }
  return out.subarray(0, length)
}

/** One block of LZ4: runs of literals, each followed by a copy of what was written before. Gives where it ended in `out`. */
function unlz4Block(block: Buffer, out: Buffer, start: number): number {
  let from = 0
  let to = start
  while (from < block.length) {
    const token = block[from++]
    let literals = token >>> 4
    if (literals === 15) {
      let more: number
      do literals += more = block[from++]
      while (more === 255)
    }
    if (literals > 0) {
      block.copy(out, to, from, from + literals)
      from += literals
      to += literals
    }
    if (from >= block.length) break
    const back = block[from] | (block[from + 1] << 8)
    from += 2
    let length = (token & 15) + 4
    if ((token & 15) === 15) {
      let more: number
      do length += more = block[from++]
      while (more === 255)
    }
    if (back === 0 || back > to) throw new RangeError('its lz4 block refers to what was not written')
    for (const end = to + length; to < end; to++) out[to] = out[to - back]
  }
  return to
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
