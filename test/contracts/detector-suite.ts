import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { expect } from 'vitest'
import { type Detector, type RunningDetector, Signal } from '../../src/drift/detector.ts'
import { SeededRandom } from '../../src/stats/seeded-random.ts'
import { type GoldenStream, goldenValues } from './golden-stream.ts'

const folder = new URL('../../src/drift/', import.meta.url)
const goldens = new URL('../parity/golden/', import.meta.url)

interface Golden {
  readonly cases: readonly {
    readonly stream: GoldenStream
    readonly parameters: Record<string, unknown>
    readonly signals: readonly number[]
  }[]
}

/** Every detector in src/drift: a file that exports a function of its own name that makes one. */
export async function findDetectors(): Promise<Detector[]> {
  const found: Detector[] = []
  for (const file of readdirSync(folder).sort()) {
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

/** Values with a share of ones, or around that share where the detector takes real numbers. */
function values(
  detector: Detector,
  parts: readonly (readonly [count: number, mean: number])[],
  seed: number,
): number[] {
  const random = new SeededRandom(seed)
  return parts.flatMap(([count, mean]) =>
    Array.from({ length: count }, () =>
      detector.takes === 'unit' ? Number(random.next() < mean) : mean + 0.3 * random.normal(),
    ),
  )
}

function signalsOf(running: RunningDetector, all: readonly number[]): [number, Signal][] {
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
  'says drift soon after a rise, and nothing before'(detector) {
    for (const seed of [1, 2, 3, 4, 5]) {
      const signals = signalsOf(
        detector.build(),
        values(
          detector,
          [
            [4000, 0.2],
            [1000, 0.6],
          ],
          seed,
        ),
      ) // prettier-ignore
      const drifts = signals.filter(([, signal]) => signal === Signal.drift)
      expect(drifts.length).toBeGreaterThan(0)
      expect(drifts[0][0]).toBeGreaterThanOrEqual(4000)
      expect(drifts[0][0]).toBeLessThan(4500)
    }
  },
  'never says drift of a fall'(detector) {
    for (const seed of [1, 2, 3, 4, 5]) {
      const signals = signalsOf(
        detector.build(),
        values(
          detector,
          [
            [4000, 0.6],
            [3000, 0.2],
          ],
          seed,
        ),
      ) // prettier-ignore
      expect(signals.filter(([, signal]) => signal === Signal.drift)).toEqual([])
    }
  },
  'rarely signals where nothing changes'(detector) {
    let alarms = 0
    for (const mean of [0.02, 0.2, 0.5]) {
      const signals = signalsOf(detector.build(), values(detector, [[100_000, mean]], 7))
      alarms += signals.filter(([, signal]) => signal === Signal.drift).length
    }
    expect(alarms).toBeLessThanOrEqual(60) // 200 in a million
  },
  'gives the reasons of its latest signal'(detector) {
    const running = detector.build()
    expect(running.evidence()).toBeUndefined()
    const all = values(detector, changing, 8)
    let sinceRise = Infinity
    all.forEach((value, i) => {
      const signal = running.update(value)
      if (signal === Signal.none) return
      const evidence = running.evidence()
      if (evidence === undefined) throw new Error('no evidence after a signal')
      for (const number of Object.values(evidence)) expect(Number.isFinite(number)).toBe(true)
      expect(evidence.since).toBeGreaterThan(0)
      expect(evidence.since).toBeLessThanOrEqual(i + 1)
      if (signal === Signal.drift) expect(evidence.after).toBeGreaterThan(evidence.before)
      if (signal === Signal.improved) expect(evidence.after).toBeLessThan(evidence.before)
      if (signal === Signal.drift && i >= 3000 && i < 5000) {
        sinceRise = Math.min(sinceRise, Math.abs(i + 1 - evidence.since - 3000))
      }
    })
    expect(sinceRise).toBeLessThan(200)
  },
  'says the same of the same values'(detector) {
    const all = values(detector, changing, 9)
    expect(signalsOf(detector.build(), all)).toEqual(signalsOf(detector.build(), all))
  },
  'goes on from a snapshot as if never stopped'(detector) {
    const all = values(detector, changing, 10)
    const random = new SeededRandom(11)
    const undisturbed = detector.build()
    const expected = signalsOf(undisturbed, all)
    for (let round = 0; round < 12; round++) {
      let running = detector.build()
      const signals: [number, Signal][] = []
      const stops = new Set([0, 3000, 3100, ...Array.from({ length: 4 }, () => random.nextInt(all.length))])
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
  'passes over values that are not finite'(detector) {
    const all = values(detector, changing, 13)
    const clean = detector.build()
    const dirty = detector.build()
    for (const value of all) {
      expect(dirty.update(NaN)).toBe(Signal.none)
      expect(dirty.update(-Infinity)).toBe(Signal.none)
      expect(dirty.update(value)).toBe(clean.update(value))
    }
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
    signalsOf(running, values(detector, [[300_000, 0.3]], 15))
    expect(running.byteSize()).toBe(bytes)
    expect(running.save().length).toBeLessThanOrEqual(saved * 1.1)
    expect(saved).toBeLessThan(bytes + 1024)
  },
  'signals at the values at which its recorded peer does'(detector) {
    const file = new URL(`river-${detector.algorithm}.json`, goldens)
    if (!existsSync(file)) return
    const { cases } = JSON.parse(readFileSync(file, 'utf8')) as Golden
    const mine = cases.filter(({ parameters }) => same(parameters, detector.parameters))
    expect(mine.length).toBeGreaterThan(0)
    for (const { stream, signals } of mine) {
      expect(signalsOf(detector.build(), [...goldenValues(stream)]).map(([i]) => i)).toEqual(signals)
    }
  },
}

function same(a: Record<string, unknown>, b: Readonly<Record<string, unknown>>): boolean {
  return Object.keys(b).every((name) => a[name] === b[name])
}
