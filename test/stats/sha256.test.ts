import { createHash } from 'node:crypto'
import { expect, it } from 'vitest'
import { SeededRandom } from '../../src/stats/seeded-random.ts'
import { Sha256, sha256, sha256Hex } from '../../src/stats/sha256.ts'

function bytesOf(length: number, seed: number): Uint8Array {
  const random = new SeededRandom(seed)
  return Uint8Array.from({ length }, () => random.nextInt(256))
}

const nodeHex = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

it("has the standard's digests", () => {
  expect(sha256Hex(new Uint8Array(0))).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855')
  expect(sha256Hex(new TextEncoder().encode('abc'))).toBe(
    'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
  )
})

it("equals Node's at every length around the block edges", () => {
  for (let length = 0; length < 260; length += 1)
    expect(sha256Hex(bytesOf(length, length))).toBe(nodeHex(bytesOf(length, length)))
})

it('does not depend on how the bytes are cut or where they lie', () => {
  const random = new SeededRandom(3)
  const bytes = bytesOf(20_000, 4)
  for (let trial = 0; trial < 50; trial += 1) {
    const hash = new Sha256()
    for (let from = 0; from < bytes.length; ) {
      const to = Math.min(bytes.length, from + random.nextInt(300))
      hash.update(bytes.subarray(from, to))
      from = to
    }
    expect(hash.digest()).toEqual(sha256(bytes))
  }
  expect(sha256Hex(bytes.subarray(3, 19_998))).toBe(nodeHex(bytes.subarray(3, 19_998)))
})
