import { gzipSync, zstdCompressSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { decompress } from '../../../src/log/kafka/decompress.ts'

const text = Buffer.from('a millrace leads the stream to the wheel, '.repeat(50))

/** What reference implementations made of `hello hello hello hello hello`. */
const hello = Buffer.from('hello hello hello hello hello')
/** One block: six literals, a copy of 18 bytes from six before, five literals. */
const lz4Block = Buffer.concat([
  Buffer.from([0x6e]),
  Buffer.from('hello '),
  Buffer.from([6, 0, 0x50]),
  Buffer.from('hello'),
])
const snappyBlock = '1d1468656c6c6f205a0600'

describe('decompress', () => {
  test('takes gzip and zstd', () => {
    expect(decompress(1, gzipSync(text))).toEqual(text)
    expect(decompress(4, zstdCompressSync(text))).toEqual(text)
  })

  test('takes a frame of lz4, packed or not, and several blocks of it', () => {
    const header = Buffer.from('04224d186440a7', 'hex')
    const size = Buffer.alloc(4)
    size.writeUInt32LE(lz4Block.length)
    expect(decompress(3, Buffer.concat([header, size, lz4Block, Buffer.alloc(4)]))).toEqual(hello)
    const stored = Buffer.concat([header, ...blocks([text, hello]), Buffer.alloc(4)])
    expect(decompress(3, stored)).toEqual(Buffer.concat([text, hello]))
  })

  test("takes snappy, bare and in xerial's blocks", () => {
    const block = Buffer.from(snappyBlock, 'hex')
    expect(decompress(2, block)).toEqual(hello)
    const header = Buffer.from('82534e41505059000000000100000001', 'hex')
    const length = Buffer.alloc(4)
    length.writeInt32BE(block.length)
    expect(decompress(2, Buffer.concat([header, length, block, length, block]))).toEqual(Buffer.concat([hello, hello]))
  })

  test('refuses what is damaged, and what claims to be enormous', () => {
    for (const codec of [1, 2, 3, 4]) {
      const packed = [gzipSync(text), Buffer.from(snappyBlock, 'hex'), Buffer.alloc(9), zstdCompressSync(text)][
        codec - 1
      ]
      const damaged = Buffer.concat([packed.subarray(0, packed.length >> 1), Buffer.alloc(packed.length >> 1, 0xff)])
      expect(() => decompress(codec, damaged), `${codec}`).toThrow(RangeError)
    }
    const enormous = Buffer.from('ffffffff0f00', 'hex')
    expect(() => decompress(2, enormous)).toThrow('it claims to unpack to 4294967295 bytes')
  })

  test('says which way of packing it does not know', () => {
    expect(() => decompress(5, text)).toThrow('compressed in a way that is not known (5)')
  })
})

/** Blocks of an lz4 frame as they are, not packed. */
function blocks(parts: readonly Buffer[]): Buffer[] {
  return parts.flatMap((part) => {
    const size = Buffer.alloc(4)
    size.writeUInt32LE((part.length | 0x8000_0000) >>> 0)
    return [size, part]
  })
}
