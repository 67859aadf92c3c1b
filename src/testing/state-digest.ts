import { createHash } from 'node:crypto'
import { Pages } from '../stats/pages.ts'
import type { StatePart } from '../stats/state-region.ts'

/**
 * SHA-256 in hexadecimal over every byte of some parts of state, by path and region: equal for equal states, models
 * included, whatever way they were reached.
 */
export function stateDigest(parts: readonly StatePart[]): string {
  const hash = createHash('sha256')
  for (const { path, digest } of partDigests(parts)) hash.update(`${path} ${digest}\n`)
  return hash.digest('hex')
}

/** The digest of each part by itself, to see which one differs. */
export function partDigests(parts: readonly StatePart[]): { readonly path: string; readonly digest: string }[] {
  return parts.map(({ path, state }) => {
    const hash = createHash('sha256')
    for (const [name, region] of Object.entries(state.regions())) {
      hash.update(`${name}\n`)
      if (!(region instanceof Pages)) hash.update(region.save())
      else {
        const { values, length } = region
        hash.update(new Uint8Array(values.buffer, values.byteOffset, length * values.BYTES_PER_ELEMENT))
      }
    }
    return { path, digest: hash.digest('hex') }
  })
}
