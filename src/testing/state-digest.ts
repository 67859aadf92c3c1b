import { createHash } from 'node:crypto'
import { Pages } from '../stats/pages.ts'
import type { StatePart, StateRegion } from '../stats/state-region.ts'

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
    for (const [name, region] of Object.entries(state.regions())) hash.update(`${name}\n`).update(regionBytes(region))
    return { path, digest: hash.digest('hex') }
  })
}

/** The path and region of the first difference between two states; undefined when all bytes are the same. */
export function stateDifference(one: readonly StatePart[], other: readonly StatePart[]): string | undefined {
  const regionsOf = new Map(other.map(({ path, state }) => [path, state.regions()]))
  for (const { path, state } of one) {
    const regions = regionsOf.get(path)
    if (regions === undefined) return path
    for (const [name, region] of Object.entries(state.regions())) {
      const same = name in regions && Buffer.compare(regionBytes(region), regionBytes(regions[name])) === 0
      if (!same) return `${path}, ${name}`
    }
  }
  return one.length === other.length ? undefined : 'the number of parts'
}

function regionBytes(region: StateRegion): Uint8Array {
  if (!(region instanceof Pages)) return region.save()
  const { values, length } = region
  return new Uint8Array(values.buffer, values.byteOffset, length * values.BYTES_PER_ELEMENT)
}
