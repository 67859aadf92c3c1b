import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { MillraceError } from '../../src/errors.ts'
import { type BinaryArray, decodeBinary, encodeBinary, readBinaryHeader } from '../../src/stats/binary-format.ts'
import { sha256 } from '../../src/stats/sha256.ts'

const sample = (): Uint8Array =>
  encodeBinary('model', { algorithm: 'mean', depth: 3 }, { a: Float64Array.of(1, -0, NaN), b: Uint8Array.of(1, 2, 3) })

function failure(act: () => unknown): MillraceError {
  try {
    act()
  } catch (error) {
    expect(error).toBeInstanceOf(MillraceError)
    expect((error as MillraceError).code).toBe('MILLRACE_STATS_BINARY')
    return error as MillraceError
  }
  throw new Error('nothing was thrown')
}

const bitsOf = (array: BinaryArray): number[] => [...new Uint8Array(array.buffer, array.byteOffset, array.byteLength)]

const anyArray: fc.Arbitrary<BinaryArray> = fc.oneof(
  fc.array(fc.double()).map((values) => Float64Array.from(values)),
  fc.array(fc.float()).map((values) => Float32Array.from(values)),
  fc.int32Array(),
  fc.uint32Array(),
  fc.uint16Array(),
  fc.uint8Array(),
)

it('gives back every header and every array bit for bit', () => {
  const header = fc.dictionary(fc.string(), fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null)))
  const arrays = fc.dictionary(fc.string({ minLength: 1 }), anyArray)
  fc.assert(
    fc.property(fc.string(), header, arrays, (kind, head, held) => {
      const decoded = decodeBinary(kind, encodeBinary(kind, head, held))
      expect(decoded.header).toEqual({ ...head })
      expect(Object.keys(decoded.arrays)).toEqual(Object.keys(held))
      for (const name of Object.keys(held)) {
        expect(decoded.arrays[name].constructor).toBe(held[name].constructor)
        expect(bitsOf(decoded.arrays[name])).toEqual(bitsOf(held[name]))
      }
    }),
  )
})

it('keeps an array of any name', () => {
  const held = Object.fromEntries([['__proto__', Float64Array.of(1)]])
  expect(Object.keys(decodeBinary('state', encodeBinary('state', {}, held)).arrays)).toEqual(['__proto__'])
})

it('keeps -0, infinities and the payload of a NaN', () => {
  const values = Float64Array.of(-0, NaN, Infinity, -Infinity, 5e-324)
  new BigUint64Array(values.buffer)[1] = 0x7ff800000000beefn
  const { arrays } = decodeBinary('state', encodeBinary('state', {}, { values }))
  expect(bitsOf(arrays.values)).toEqual(bitsOf(values))
})

it('lays bytes out as documented', () => {
  const bytes = encodeBinary('k', { x: 1 }, { v: Float64Array.of(1.5), w: Uint16Array.of(258) })
  const json = '{"kind":"k","arrays":[["v","f64",1],["w","u16",1]],"header":{"x":1}}'
  const view = new DataView(bytes.buffer)
  expect(new TextDecoder().decode(bytes.subarray(0, 4))).toBe('MLRC')
  expect([view.getUint16(4, true), view.getUint32(6, true)]).toEqual([1, json.length])
  expect(new TextDecoder().decode(bytes.subarray(10, 10 + json.length))).toBe(json)
  const start = Math.ceil((10 + json.length) / 8) * 8
  expect([view.getFloat64(start, true), view.getUint16(start + 8, true), bytes.length]).toEqual([
    1.5,
    258,
    start + 16 + 32,
  ])
  expect(bytes.subarray(start + 16)).toEqual(sha256(bytes.subarray(0, start + 16)))
})

it('hands out arrays that share nothing with the bytes', () => {
  const bytes = sample()
  const first = decodeBinary('model', bytes)
  bytes.fill(0)
  expect(first.arrays.b).toEqual(Uint8Array.of(1, 2, 3))
  expect(first.arrays.a.buffer).not.toBe(first.arrays.b.buffer)
})

it('decodes bytes at any offset of a buffer', () => {
  const padded = new Uint8Array(sample().length + 3)
  padded.set(sample(), 3)
  expect(decodeBinary('model', padded.subarray(3))).toEqual(decodeBinary('model', sample()))
})

it('reads the header alone, also of bytes whose arrays are damaged', () => {
  const bytes = sample()
  bytes[bytes.length - 40] ^= 1
  expect(readBinaryHeader(bytes)).toEqual({
    format: 1,
    kind: 'model',
    arrays: [
      ['a', 'f64', 3],
      ['b', 'u8', 3],
    ],
    header: { algorithm: 'mean', depth: 3 },
  })
})

it('refuses each single changed bit', () => {
  const good = sample()
  for (let i = 0; i < good.length * 8; i += 1) {
    const bytes = good.slice()
    bytes[i >> 3] ^= 1 << (i & 7)
    expect(failure(() => decodeBinary('model', bytes)).message).toMatch(/expected|cannot be read/)
  }
})

it('refuses every cut and every addition', () => {
  const good = sample()
  for (let length = 0; length < good.length; length += 1) {
    expect(failure(() => decodeBinary('model', good.subarray(0, length))).message).toContain('expected')
  }
  const longer = new Uint8Array(good.length + 8)
  longer.set(good)
  expect(failure(() => decodeBinary('model', longer)).message).toContain(
    `expected ${good.length} bytes, found ${good.length + 8}`,
  )
})

it('names what was expected and what was found', () => {
  const bytes = sample()
  expect(failure(() => decodeBinary('journal', bytes)).message).toBe(
    "journal: expected kind 'journal', found 'model'. Give what was saved as journal.",
  )
  expect(failure(() => decodeBinary('model', new TextEncoder().encode('PAR1 and more'))).message).toContain(
    "expected the magic 'MLRC', found 50415231",
  )
  const newer = sample()
  newer[4] = 2
  expect(failure(() => decodeBinary('model', newer)).message).toContain('expected format 1 at most, found 2')
  const changed = sample()
  changed[changed.length - 1] ^= 1
  expect(failure(() => decodeBinary('model', changed)).message).toContain('expected digest')
  expect(failure(() => encodeBinary('model', { rate: NaN })).message).toContain("'rate' is NaN")
  expect(failure(() => encodeBinary('model', {}, { x: new Float32Array(1).buffer as never })).message).toContain("'x'")
})
