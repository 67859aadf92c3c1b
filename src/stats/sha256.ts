const BLOCK = 64

/**
 * SHA-256 (FIPS 180-4) of bytes that come in pieces: `update` as often as needed, then `digest` once.
 * Plain JavaScript, so that the core needs no platform module.
 */
export class Sha256 {
  private readonly hash = Int32Array.from(initialHash)
  private readonly block = new Uint8Array(BLOCK)
  private readonly blockView = new DataView(this.block.buffer)
  private filled = 0
  private total = 0

  update(bytes: Uint8Array): this {
    this.total += bytes.length
    let from = 0
    if (this.filled > 0) {
      from = Math.min(BLOCK - this.filled, bytes.length)
      this.block.set(bytes.subarray(0, from), this.filled)
      this.filled += from
      if (this.filled < BLOCK) return this
      compress(this.hash, this.blockView, 0, BLOCK)
    }
    const whole = from + Math.floor((bytes.length - from) / BLOCK) * BLOCK
    compress(this.hash, new DataView(bytes.buffer, bytes.byteOffset, bytes.length), from, whole)
    this.block.set(bytes.subarray(whole))
    this.filled = bytes.length - whole
    return this
  }

  /** The 32 bytes of the digest. The object is used up. */
  digest(): Uint8Array {
    this.block[this.filled] = 0x80
    this.block.fill(0, this.filled + 1)
    if (this.filled >= BLOCK - 8) {
      compress(this.hash, this.blockView, 0, BLOCK)
      this.block.fill(0)
    }
    this.blockView.setUint32(BLOCK - 8, Math.floor(this.total / 2 ** 29))
    this.blockView.setUint32(BLOCK - 4, (this.total * 8) >>> 0)
    compress(this.hash, this.blockView, 0, BLOCK)
    const out = new Uint8Array(32)
    const view = new DataView(out.buffer)
    for (let i = 0; i < 8; i += 1) view.setInt32(4 * i, this.hash[i])
    return out
  }
}

/** The SHA-256 digest of `bytes`: 32 bytes. */
export function sha256(bytes: Uint8Array): Uint8Array {
  return new Sha256().update(bytes).digest()
}

/** The SHA-256 digest of `bytes` in lower-case hexadecimal. */
export function sha256Hex(bytes: Uint8Array): string {
  const digest = sha256(bytes)
  let text = ''
  for (let i = 0; i < digest.length; i += 1) text += digest[i].toString(16).padStart(2, '0')
  return text
}

/** The first 32 fractional bits of the square (2) or cube (3) roots of the first primes, by integer arithmetic. */
function rootsOfPrimes(count: number, degree: 2n | 3n): Int32Array {
  const roots = new Int32Array(count)
  for (let n = 2, found = 0; found < count; n += 1) {
    let prime = true
    for (let d = 2; d * d <= n; d += 1) if (n % d === 0) prime = false
    if (!prime) continue
    const target = BigInt(n) << (32n * degree)
    let low = 0n
    let above = 1n << 40n
    while (above - low > 1n) {
      const middle = (low + above) >> 1n
      if (middle ** degree <= target) low = middle
      else above = middle
    }
    roots[found] = Number(BigInt.asIntN(32, low))
    found += 1
  }
  return roots
}

const initialHash = rootsOfPrimes(8, 2n)
const constants = rootsOfPrimes(64, 3n)
const schedule = new Int32Array(64)

function compress(hash: Int32Array, view: DataView, from: number, to: number): void {
  const k = constants
  const w = schedule
  for (let offset = from; offset < to; offset += BLOCK) {
    for (let i = 0; i < 16; i += 1) w[i] = view.getInt32(offset + 4 * i)
    for (let i = 16; i < 64; i += 1) {
      const early = w[i - 15]
      const late = w[i - 2]
      const s0 = ((early >>> 7) | (early << 25)) ^ ((early >>> 18) | (early << 14)) ^ (early >>> 3)
      const s1 = ((late >>> 17) | (late << 15)) ^ ((late >>> 19) | (late << 13)) ^ (late >>> 10)
      w[i] = (w[i - 16] + s0 + w[i - 7] + s1) | 0
    }
    let a = hash[0]
    let b = hash[1]
    let c = hash[2]
    let d = hash[3]
    let e = hash[4]
    let f = hash[5]
    let g = hash[6]
    let h = hash[7]
    for (let i = 0; i < 64; i += 1) {
      const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7))
      const t1 = (h + s1 + (g ^ (e & (f ^ g))) + k[i] + w[i]) | 0
      const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10))
      const t2 = (s0 + ((a & b) | (c & (a | b)))) | 0
      h = g
      g = f
      f = e
      e = (d + t1) | 0
      d = c
      c = b
      b = a
      a = (t1 + t2) | 0
    }
    hash[0] += a
    hash[1] += b
    hash[2] += c
    hash[3] += d
    hash[4] += e
    hash[5] += f
    hash[6] += g
    hash[7] += h
  }
}
