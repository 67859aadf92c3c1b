import { Pages, type StateArray } from '../../src/stats/pages.ts'
import type { StatePart, StateRegion } from '../../src/stats/state-region.ts'
import type { SeededRandom } from '../../src/stats/seeded-random.ts'

const makers = {
  f64: () => new Float64Array(3),
  i32: () => new Int32Array(0),
  u32: () => new Uint32Array(5000),
  u8: () => new Uint8Array(9001),
} as const

/** A state of every kind of region, changed at random: what loads into a fresh one must be it, bit for bit. */
export class RandomState {
  readonly regions = new Map<string, Record<string, StateRegion>>()
  loaded: string[] = []

  constructor(paths: readonly string[]) {
    for (const path of paths) this.addPart(path)
  }

  addPart(path: string): void {
    const pages = Object.entries(makers).map(([name, make]) => [name, new Pages(make() as StateArray)] as const)
    let bytes = new Uint8Array(0)
    const text: StateRegion & { set(to: Uint8Array): void } = {
      save: () => bytes,
      load: (saved) => {
        bytes = new Uint8Array(saved)
      },
      set: (to) => {
        bytes = new Uint8Array(to)
      },
    }
    this.regions.set(path, { ...Object.fromEntries(pages), text })
  }

  parts(definition = 'v1'): StatePart[] {
    return [...this.regions].map(([path, regions]) => ({
      path,
      definition,
      state: { regions: () => regions, loaded: () => this.loaded.push(path) },
    }))
  }

  /** Writes, grows and saves at random; gives nothing back but the state. */
  change(random: SeededRandom): void {
    for (const regions of this.regions.values()) {
      for (const region of Object.values(regions)) {
        if (random.next() < 0.3) continue
        if (region instanceof Pages) changePages(region, random)
        else
          (region as unknown as { set(to: Uint8Array): void }).set(randomBytes(random, Math.floor(random.next() * 50)))
      }
    }
  }

  /** The bytes of every region, by path and name. */
  bytes(): Record<string, string> {
    const all: Record<string, string> = {}
    for (const [path, regions] of this.regions) {
      for (const [name, region] of Object.entries(regions)) {
        const bytes = region instanceof Pages ? bytesOf(region) : region.save()
        all[`${path} ${name}`] = Buffer.from(bytes).toString('base64')
      }
    }
    return all
  }
}

/** The bytes of a region that count. */
export function bytesOf({ values, length }: Pages): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, length * values.BYTES_PER_ELEMENT)
}

function changePages(pages: Pages, random: SeededRandom): void {
  if (random.next() < 0.4) pages.ensure(pages.length + Math.floor(random.next() * 3 * pages.pageLength))
  const writes = pages.length === 0 ? 0 : Math.floor(random.next() * 4)
  for (let i = 0; i < writes; i++) {
    const at = Math.floor(random.next() * pages.length)
    const word = randomBytes(random, pages.values.BYTES_PER_ELEMENT)
    bytesOf(pages).set(word, at * pages.values.BYTES_PER_ELEMENT) // any bits, so NaNs with a payload and -0 too
    pages.touch(at)
  }
}

function randomBytes(random: SeededRandom, length: number): Uint8Array {
  return Uint8Array.from({ length }, () => Math.floor(random.next() * 256))
}
