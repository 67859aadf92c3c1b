import * as drift from '../src/drift/index.ts'
import { type Detector, type RunningDetector, Signal } from '../src/drift/index.ts'
import { SeededRandom } from '../src/stats/seeded-random.ts'

const STILL_RATES = [0.02, 0.2, 0.5]
const STILL_ROWS = 50_000
const BEFORE = 0.2
const AFTER = 0.3
const SETTLED = 5_000 // rows before a drift
const WANTED = 100 // false alarms in a million rows, for the delays at equal rates
const STEPS = 14

/** How fast the error rate goes from what it was to what it becomes, and how long one may wait for an alarm. */
export const driftKinds = {
  abrupt: { over: 0, within: 10_000 },
  gradual: { over: 1_000, within: 10_000 },
  slow: { over: 10_000, within: 20_000 },
} as const
export type DriftKind = keyof typeof driftKinds

/** What alarms: a detector, or a rule to compare with. */
interface Alarm {
  readonly name: string
  readonly make: (seed: number) => RunningDetector | { update(value: number): Signal }
  /** The same, more or less sensitive: the higher x, the more alarms; from 0 to 1. */
  readonly sensitive?: (x: number) => Detector
}

/** False alarms in a million rows at error rate 0.2; median delay in rows and share of drifts missed, of each kind. */
export interface Quality {
  readonly falseAlarms: number
  readonly delays: Readonly<Record<DriftKind, number>>
  readonly misses: Readonly<Record<DriftKind, number>>
}

/** A detector's quality at its defaults and at about 100 false alarms in a million rows, if some setting has that. */
export interface DetectorQuality {
  readonly name: string
  readonly bytes: number
  /** False alarms in a million rows at error rates 0.02, 0.2 and 0.5. */
  readonly still: readonly number[]
  /** Median distance of the change from where the evidence puts it, of abrupt drifts, in rows; NaN without evidence. */
  readonly changeOff: number
  readonly byDefault: Quality
  readonly equal: Quality | undefined
}

/** x from 0 to 1 to a number between two, evenly in its logarithm. */
function between(low: number, high: number): (x: number) => number {
  return (x) => low * (high / low) ** x
}

const confidence = between(1e-12, 0.9)
const threshold = between(3_000, 1)

const alarms: readonly Alarm[] = [
  of(drift.adwin, (x) => drift.adwin({ delta: between(1e-9, 0.999)(x) })),
  of(drift.cusum, (x) => drift.cusum({ threshold: threshold(x) })),
  of(drift.ddm, (x) => drift.ddm({ driftThreshold: between(20, 1)(x) })),
  of(drift.ecdd), // its limit is for one run length
  of(drift.eddm, (x) => drift.eddm({ alpha: 0.9999, beta: between(0.2, 0.999)(x) })),
  of(drift.fhddm, (x) => drift.fhddm({ confidence: confidence(x) })),
  of(drift.geometricMovingAverage, (x) => drift.geometricMovingAverage({ threshold: between(0.9, 0.01)(x) })),
  of(drift.hddmA, (x) => drift.hddmA({ driftConfidence: confidence(x) })),
  of(drift.hddmW, (x) => drift.hddmW({ driftConfidence: confidence(x) })),
  of(drift.kswin, (x) => drift.kswin({ alpha: between(1e-7, 0.5)(x) })),
  of(drift.pageHinkley, (x) => drift.pageHinkley({ threshold: threshold(x) })),
  of(drift.rddm, (x) => drift.rddm({ driftThreshold: between(20, 1)(x), warningThreshold: between(16, 0.8)(x) })),
  { name: 'always', make: () => ({ update: () => Signal.drift }) },
  { name: 'never', make: () => ({ update: () => Signal.none }) },
  {
    name: 'at random',
    make: (seed) => {
      const random = new SeededRandom(seed + 0.5)
      return { update: () => (random.next() < WANTED / 1e6 ? Signal.drift : Signal.none) }
    },
  },
]

function of(make: () => Detector, sensitive?: (x: number) => Detector): Alarm {
  const detector = make()
  return { name: detector.algorithm, make: () => detector.build(), sensitive }
}

/** The quality of every detector, and of alarming always, never and at random: the same for the same `runs`. */
export function detectorQuality(runs: number, told: (name: string) => void): DetectorQuality[] {
  return alarms.map((alarm) => {
    told(alarm.name)
    const running = alarm.make(0)
    const found = equalSetting(alarm, runs)
    const byDefault = qualityOf(alarm.make, runs)
    return {
      name: alarm.name,
      bytes: 'byteSize' in running ? running.byteSize() : 0,
      still: STILL_RATES.map((rate) => falseAlarms(alarm.make, rate, runs)),
      changeOff: changeOff(alarm.make, runs),
      byDefault,
      equal: alarm.name === 'at random' ? byDefault : found && qualityOf(() => found.build(), runs),
    }
  })
}

function qualityOf(make: Alarm['make'], runs: number): Quality {
  const kinds = Object.keys(driftKinds) as DriftKind[]
  const waits = kinds.map((kind) => [kind, delaysOf(make, kind, runs)] as const)
  return {
    falseAlarms: falseAlarms(make, BEFORE, runs),
    delays: Object.fromEntries(waits.map(([kind, delays]) => [kind, medianOf(delays)])) as Quality['delays'],
    misses: Object.fromEntries(
      waits.map(([kind, delays]) => [kind, delays.filter((delay) => delay === Infinity).length / delays.length]),
    ) as Quality['misses'],
  }
}

/** The setting with about the wanted number of false alarms; undefined where none is within a third of it. */
function equalSetting({ sensitive }: Alarm, runs: number): Detector | undefined {
  if (sensitive === undefined) return undefined
  let low = 0
  let high = 1
  let best: Detector | undefined
  let nearest = 0.33
  for (let step = 0; step < STEPS; step++) {
    const x = (low + high) / 2
    const detector = sensitive(x)
    const rate = falseAlarms(() => detector.build(), BEFORE, runs)
    const distance = Math.abs(rate / WANTED - 1)
    if (distance < nearest) {
      nearest = distance
      best = detector
    }
    if (rate < WANTED) low = x
    else high = x
  }
  return best
}

/** Alarms in a million rows where the error rate stays as it is, over runs of 50,000 rows. */
function falseAlarms(make: Alarm['make'], rate: number, runs: number): number {
  const streams = Math.max(1, runs / 5)
  let alarmed = 0
  for (let s = 0; s < streams; s++) {
    const random = new SeededRandom(1_000_000 + s)
    const running = make(s)
    for (let i = 0; i < STILL_ROWS; i++) {
      if (running.update(random.next() < rate ? 1 : 0) === Signal.drift) alarmed++
    }
  }
  return (alarmed * 1e6) / (streams * STILL_ROWS)
}

/** Rows from the begin of each drift to the first alarm after it; Infinity where there is none in time. */
function delaysOf(make: Alarm['make'], kind: DriftKind, runs: number): number[] {
  const { over, within } = driftKinds[kind]
  return Array.from({ length: runs }, (_, run) => {
    const random = new SeededRandom(run)
    const running = make(run)
    for (let i = 0; i < SETTLED; i++) running.update(random.next() < BEFORE ? 1 : 0)
    for (let i = 1; i <= within; i++) {
      const rate = i >= over ? AFTER : BEFORE + ((AFTER - BEFORE) * i) / over
      if (running.update(random.next() < rate ? 1 : 0) === Signal.drift) return i
    }
    return Infinity
  })
}

/** How far from an abrupt drift the evidence of the first alarm after it puts the change. */
function changeOff(make: Alarm['make'], runs: number): number {
  const distances = Array.from({ length: runs }, (_, run) => {
    const random = new SeededRandom(run)
    const running = make(run)
    if (!('evidence' in running)) return NaN
    for (let i = 0; i < SETTLED; i++) running.update(random.next() < BEFORE ? 1 : 0)
    for (let i = 1; i <= driftKinds.abrupt.within; i++) {
      if (running.update(random.next() < AFTER ? 1 : 0) !== Signal.drift) continue
      return Math.abs(i - (running.evidence()?.since ?? NaN))
    }
    return NaN
  })
  return medianOf(distances.filter(Number.isFinite))
}

function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[sorted.length >> 1] ?? NaN
}
