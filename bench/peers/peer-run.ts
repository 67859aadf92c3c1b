import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { sin } from '../../src/stats/math/sin.ts'
import { SeededRandom } from '../../src/stats/seeded-random.ts'
import { electricityRows } from '../electricity-rows.ts'

/** What a learner did over the rows: how many predictions were right (or the sum of absolute errors), and the seconds it took, of CPU those of the whole process. */
export interface PeerRun {
  readonly score: number
  readonly wallSeconds: number
  readonly cpuSeconds: number
}

/** Rows in a file of little-endian doubles, for programs in any language: each row's numbers, then its class. */
export interface PeerRows {
  readonly path: string
  readonly width: number
  readonly classes: number
}

/** Where peers are installed. */
export const peerFolder = join(import.meta.dirname, '../../.cache/peers')

/** Elec2 in a file that peers can read. */
export function electricityPeerRows(): PeerRows {
  const rows = electricityRows(join(import.meta.dirname, '../../test/data/elec2.csv.gz'))
  return write('elec2', 8, 2, Float64Array.from(rows.flatMap(({ values, up }) => [...values, up ? 1 : 0])))
}

/** 100,000 rows of ten numbers from 0 to 1 and a value (Friedman, Multivariate adaptive regression splines, 1991). */
export function friedmanPeerRows(): PeerRows {
  const random = new SeededRandom(1)
  const doubles = new Float64Array(100_000 * 11)
  for (let at = 0; at < doubles.length; at += 11) {
    for (let j = 0; j < 10; j++) doubles[at + j] = random.next()
    const [a, b, c, d, e] = doubles.subarray(at, at + 5)
    doubles[at + 10] = 10 * sin(Math.PI * a * b) + 20 * (c - 0.5) * (c - 0.5) + 10 * d + 5 * e + random.normal()
  }
  return write('friedman', 10, 1, doubles)
}

function write(name: string, width: number, classes: number, doubles: Float64Array): PeerRows {
  mkdirSync(peerFolder, { recursive: true })
  const path = join(peerFolder, `${name}.f64`)
  writeFileSync(path, Buffer.from(doubles.buffer))
  return { path, width, classes }
}
