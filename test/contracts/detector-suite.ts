import { readdirSync, readFileSync } from 'node:fs'
import { expect } from 'vitest'
import { type Detector, type RunningDetector, Signal } from '../../src/drift/detector.ts'
import { SeededRandom } from '../../src/stats/seeded-random.ts'
import { type GoldenStream, goldenValues } from './golden-stream.ts'

const folder = new URL('../../src/drift/', import.meta.url)
const parity = new URL('../parity/', import.meta.url)

/** Where a peer signals streams: `golden/river-adwin.json` has them in place, the others by the name in `detector-cases.json`. */
interface Golden {
  readonly cases: readonly {
    readonly stream: GoldenStream | string
    readonly parameters: Record<string, unknown>
    readonly signals?: readonly number[]
    readonly drifts?: readonly number[]
  }[]
}

/** False alarms in a million values, of detectors that have many, if only while they are new; the others have less than 200. */
// biome-ignore format: one line
const manyAlarms: Readonly<Record<string, number>> = { ddm: 500, ecdd: 4_000, eddm: 4_000, fhddm: 300, 'hddm-w': 600, kswin: 2_000, rddm: 400 }

/** Every detector in src/drift: a file that exports a function of its own name that makes one. */
export async function findDetectors(): Promise<Detector[]> {
  const found: Detector[] = []
  for (const file of readdirSync(folder).sort()) {
    if (!file.endsWith('.ts')) continue
    const name = file.replace(/\.ts$/, '')
    const exported = name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase())
    const module = (await import(new URL(file, folder).href)) as Record<string, unknown>
    const make = module[exported]
    if (typeof make !== 'function' || make.length > 0) continue // checks and the like take arguments
    const detector = make() as Detector
    expect(detector.algorithm).toBe(name)
    found.push(detector)
  }
  return found
}

const made = new Map<string, readonly number[]>()

/** Values with a share of ones, or around that share where the detector takes real numbers. */
function values(
  detector: Detector,
  parts: readonly (readonly [count: number, mean: number])[],
  seed: number,
): readonly number[] {
  const key = JSON.stringify([detector.takes, parts, seed])
  const known = made.get(key)
  if (known !== undefined) return known
  const random = new SeededRandom(seed)
  const all: number[] = []
  for (const [count, mean] of parts) {
    for (let i = 0; i < count; i++) {
      all.push(detector.takes === 'unit' ? Number(random.next() < mean) : mean + 0.3 * random.normal())
    }
  }
  made.set(key, all)
  return all
}

function driftsOf(detector: Detector, all: readonly number[]): number[] {
  return signalsOf(detector.build(), all)
    .filter(([, signal]) => signal === Signal.drift)
    .map(([i]) => i)
}

function signalsOf(running: RunningDetector, all: readonly number[] | Float64Array): [number, Signal][] {
  const signals: [number, Signal][] = []
  all.forEach((value, i) => {
    const signal = running.update(value)
    if (signal !== Signal.none) signals.push([i, signal])
  })
  return signals
}

const changing = [
  [3000, 0.2],
  [2000, 0.6],
  [2500, 0.15],
  [2500, 0.7],
] as const

/** Each check throws when the detector breaks it. */
export const detectorChecks: Record<string, (detector: Detector) => void> = {
  'is plain, frozen and JSON-like'(detector) {
    expect(Object.isFrozen(detector) && Object.isFrozen(detector.parameters)).toBe(true)
    expect(JSON.parse(JSON.stringify(detector.parameters))).toEqual(detector.parameters)
  },
  'shares nothing with its clone or its snapshot'(detector) {
    const all = values(detector, changing, 12)
    const running = detector.build()
    signalsOf(running, all.slice(0, 2500))
    const saved = running.save()
    const kept = saved.slice()
    const clone = running.clone()
    expect(clone.save()).toEqual(kept)
    const later = signalsOf(running, all.slice(2500))
    expect(saved).toEqual(kept)
    expect(clone.save()).toEqual(kept)
    expect(signalsOf(clone, all.slice(2500))).toEqual(later)
    expect(clone.evidence()).toEqual(running.evidence())
    expect(signalsOf(detector.build(), all.slice(0, 2500))).toEqual(signalsOf(detector.build(), all.slice(0, 2500)))
  },
  'goes on from a snapshot as if never stopped'(detector) {
    const all = values(detector, changing, 10)
    const random = new SeededRandom(11)
    const undisturbed = detector.build()
    const expected = signalsOf(undisturbed, all)
    for (let round = 0; round < 4; round++) {
      let running = detector.build()
      const signals: [number, Signal][] = []
      const stops = new Set([0, 3000, 3100, ...Array.from({ length: 12 }, () => random.nextInt(all.length))])
      all.forEach((value, i) => {
        if (stops.has(i)) running = detector.build(running.save())
        const signal = running.update(value)
        if (signal !== Signal.none) signals.push([i, signal])
      })
      expect(signals).toEqual(expected)
      expect(running.save()).toEqual(undisturbed.save())
      expect(running.evidence()).toEqual(undisturbed.evidence())
    }
  },
  'says drift soon after a rise, and nothing before'(detector) {
    let early = 0
    let found = 0
    for (const seed of [1, 2, 3, 4, 5]) {
      const parts = [
        [4000, 0.2],
        [1000, 0.6],
      ] as const
      const drifts = driftsOf(detector, values(detector, parts, seed))
      early += drifts.filter((i) => i < 4000).length
      found += Number(drifts.some((i) => i >= 4000 && i < 4500))
    }
    // A false alarm just before the rise leaves nothing to compare it with.
    expect(found).toBeGreaterThanOrEqual(detector.algorithm in manyAlarms ? 4 : 5)
    expect(early).toBeLessThanOrEqual((manyAlarms[detector.algorithm] ?? 50) * 0.02)
  },
  'never says drift of a fall'(detector) {
    for (const seed of [1, 2, 3, 4, 5]) {
      const parts = [
        [4000, 0.6],
        [3000, 0.2],
      ] as const
      const drifts = driftsOf(detector, values(detector, parts, seed))
      // The fall itself; where false alarms are many there are some long after it too.
      const within = detector.algorithm in manyAlarms ? [4000, 4100] : [0, 7000]
      expect(drifts.filter((i) => i >= within[0] && i < within[1])).toEqual([])
    }
  },
  'rarely signals where nothing changes'(detector) {
    let alarms = 0
    for (const mean of [0.02, 0.2, 0.5]) alarms += driftsOf(detector, values(detector, [[10_000, mean]], 7)).length
    expect(alarms).toBeLessThanOrEqual((manyAlarms[detector.algorithm] ?? 200) * 0.03)
  },
  'gives the reasons of its latest signal'(detector) {
    const running = detector.build()
    expect(running.evidence()).toBeUndefined()
    const all = values(detector, changing, 8)
    const wrong: unknown[] = []
    let sinceRise = Infinity
    all.forEach((value, i) => {
      const signal = running.update(value)
      if (signal === Signal.none) return
      const evidence = running.evidence()
      if (evidence === undefined) throw new Error('no evidence after a signal')
      const { before, after, since } = evidence
      const isSound = Object.values(evidence).every(Number.isFinite) && since > 0 && since <= i + 1
      const isRight = signal === Signal.drift ? after > before : signal === Signal.warning || after <= before
      if (!isSound || !isRight) wrong.push([i, signal, evidence])
      if (signal === Signal.drift && i >= 3000 && i < 5000) {
        sinceRise = Math.min(sinceRise, Math.abs(i + 1 - since - 3000))
      }
    })
    expect(wrong).toEqual([])
    expect(sinceRise).toBeLessThan(100)
  },
  'puts a change about where it was'(detector) {
    const distances = Array.from({ length: 9 }, (_, seed) => {
      const parts = [
        [3000, 0.2],
        [2000, 0.5],
      ] as const
      const running = detector.build()
      const at = values(detector, parts, 100 + seed).findIndex((value, i) => {
        return running.update(value) === Signal.drift && i >= 3000
      })
      return at < 0 ? Infinity : Math.abs(at + 1 - (running.evidence()?.since ?? Infinity) - 3000)
    })
    expect(distances.toSorted((a, b) => a - b)[4]).toBeLessThan(40)
  },
  'sees a rise after a huge value'(detector) {
    for (const huge of [Number.MAX_VALUE, -Number.MAX_VALUE]) {
      const running = detector.build()
      let found = 0
      values(detector, changing, 17).forEach((value, i) => {
        if (i === 1500) running.update(huge)
        if (running.update(value) === Signal.none) return
        if (!Object.values(running.evidence() ?? {}).every(Number.isFinite)) found = NaN
        if (i >= 3000 && i < 3500) found++
      })
      expect(found).toBeGreaterThan(0)
    }
  },
  'warns where a zone begins, not all through it'(detector) {
    const all = values(detector, changing, 16)
    const signals = signalsOf(detector.build(), all).filter(([, signal]) => signal === Signal.warning)
    const at = new Set(signals.map(([i]) => i))
    expect(signals.filter(([i]) => at.has(i - 1))).toEqual([])
  },
  'says the same of the same values'(detector) {
    const all = values(detector, changing, 9)
    expect(signalsOf(detector.build(), all)).toEqual(signalsOf(detector.build(), all))
  },
  'passes over values that are not finite'(detector) {
    const all = values(detector, changing, 13)
    const clean = detector.build()
    const dirty = detector.build()
    let differences = 0
    for (const value of all) {
      if (dirty.update(NaN) !== Signal.none || dirty.update(-Infinity) !== Signal.none) differences++
      if (dirty.update(value) !== clean.update(value)) differences++
    }
    expect(differences).toBe(0)
    expect(dirty.save()).toEqual(clean.save())
  },
  'refuses snapshots that are not its own'(detector) {
    const saved = detector.build().save()
    const codes = [saved.slice(0, -9), saved.map((byte, i) => (i === saved.length - 40 ? byte ^ 1 : byte))].map(
      (bytes) => {
        try {
          detector.build(bytes)
          return undefined
        } catch (error) {
          return (error as { code?: string }).code
        }
      },
    )
    for (const code of codes) expect(code).toMatch(/^MILLRACE_/)
  },
  'stays as small as it says'(detector) {
    const running = detector.build()
    signalsOf(running, values(detector, [[1000, 0.3]], 14))
    const [bytes, saved] = [running.byteSize(), running.save().length]
    signalsOf(running, values(detector, [[30_000, 0.3]], 15))
    expect(running.byteSize()).toBe(bytes)
    expect(running.save().length).toBeLessThanOrEqual(saved * 1.1)
    expect(saved).toBeLessThan(bytes + 1024)
  },
  'signals at the values at which its recorded peer does'(detector) {
    const mine = recordedCases(detector)
    // What draws at random has no peer at its defaults; its parity test has other parameters.
    if (detector.algorithm !== 'kswin') expect(mine.length).toBeGreaterThan(0)
    for (const { stream, signals, drifts } of mine) {
      const found = signalsOf(detector.build(), goldenStreamOf(stream)).filter(
        ([, signal]) => signal !== Signal.warning,
      )
      expect(found.map(([i]) => i)).toEqual(signals ?? drifts)
    }
  },
}

const read = new Map<string, unknown>()

/** The recorded cases of a detector at its defaults. */
function recordedCases({ algorithm, parameters }: Detector): Golden['cases'] {
  const name = algorithm === 'adwin' ? 'river-adwin' : `detector-${algorithm}`
  const { cases } = readOnce(`golden/${name}.json`) as Golden
  return cases.filter((one) => Object.keys(one.parameters).every((key) => one.parameters[key] === parameters[key]))
}

function goldenStreamOf(stream: GoldenStream | string): Float64Array {
  if (typeof stream !== 'string') return goldenValues(stream)
  const { streams } = readOnce('detector-cases.json') as { streams: readonly GoldenStream[] }
  const found = streams.find(({ name }) => name === stream)
  if (found === undefined) throw new Error(`no stream '${stream}' in detector-cases.json`)
  return goldenValues(found)
}

function readOnce(file: string): unknown {
  if (!read.has(file)) read.set(file, JSON.parse(readFileSync(new URL(file, parity), 'utf8')))
  return read.get(file)
}
