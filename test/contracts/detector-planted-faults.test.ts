import { expect, test } from 'vitest'
import { adwin } from '../../src/drift/adwin.ts'
import type { AdwinWindow } from '../../src/drift/adwin-window.ts'
import { type Detector, type RunningDetector, Signal } from '../../src/drift/detector.ts'
import { hddmW } from '../../src/drift/hddm-w.ts'
import { kswin } from '../../src/drift/kswin.ts'
import { pageHinkley } from '../../src/drift/page-hinkley.ts'
import { fhddm } from '../../src/drift/fhddm.ts'
import { ddm } from '../../src/drift/ddm.ts'
import { TrackingDetector } from '../../src/drift/tracking-detector.ts'
import { detectorChecks } from './detector-suite.ts'

const { FIRST } = TrackingDetector // where the state of an algorithm begins

/** A detector with its running part wrapped by `fault`. */
function plant(fault: (running: RunningDetector) => RunningDetector, sound = adwin()): Detector {
  return Object.freeze({ ...sound, build: (snapshot?: Uint8Array) => fault(sound.build(snapshot)) })
}

function wrap(running: RunningDetector, part: (inner: RunningDetector) => Partial<RunningDetector>): RunningDetector {
  return {
    update: (value) => running.update(value),
    evidence: () => running.evidence(),
    save: () => running.save(),
    clone: () => wrap(running.clone(), part),
    byteSize: () => running.byteSize(),
    ...part(running),
  }
}

/** ADWIN that begins anew where it can't read its snapshot. */
function loadsAnything(): Detector {
  const sound = adwin()
  return Object.freeze({
    ...sound,
    build: (snapshot?: Uint8Array) => {
      try {
        return sound.build(snapshot)
      } catch {
        return sound.build()
      }
    },
  })
}

/** ADWIN over a window whose compression is replaced. */
function withCompression(compress: (window: AdwinWindow, sound: () => void) => void): Detector {
  return plant((running) => {
    const window = (running as unknown as { window: AdwinWindow }).window
    const sound = (window as unknown as { compress: () => void }).compress.bind(window)
    Object.assign(window, { compress: () => compress(window, sound) })
    return running
  })
}

const faults: Record<string, Detector> = {
  'never fires': plant((running) => wrap(running, () => ({ update: () => Signal.none }))),
  'always fires': plant((running) =>
    wrap(running, (inner) => ({
      update: (value) => {
        inner.update(value)
        return Signal.drift
      },
    })),
  ),
  'takes a fall for a drift': plant((running) =>
    wrap(running, (inner) => ({
      update: (value) => (inner.update(value) === Signal.none ? Signal.none : Signal.drift),
    })),
  ),
  'merges buckets off by one': withCompression((window, sound) => {
    const { buckets, options } = window
    const moved = buckets[0]
    if (window.counts[0] === options.maxBuckets + 1) {
      buckets.copyWithin(0, 1, 3)
      buckets[2] = moved
    }
    sound()
  }),
  'loses the spread of merged buckets': withCompression((window, sound) => {
    sound()
    window.buckets.fill(0, window.buckets.length / 2)
    window.deviations = (window.deviations * window.width) / (window.width + 1)
  }),
  'saves without its clock': plant((running) => {
    const window = (running as unknown as { window: AdwinWindow }).window
    const sound = window.scalars.bind(window)
    Object.assign(window, { scalars: () => sound().map((value, i) => (i === 4 ? 0 : value)) })
    return running
  }),
  'saves without its evidence': plant((running) => {
    const window = (running as unknown as { window: AdwinWindow }).window
    const sound = window.scalars.bind(window)
    Object.assign(window, { scalars: () => sound().map((value, i) => (i > 4 ? 0 : value)) })
    return running
  }),
  'shares its buckets with its clone': plant((running) =>
    wrap(running, (inner) => ({
      clone: () => {
        const copy = inner.clone()
        const window = (inner as unknown as { window: AdwinWindow }).window
        Object.assign((copy as unknown as { window: AdwinWindow }).window, { buckets: window.buckets })
        return copy
      },
    })),
  ),
  'learns from NaN': plant((running) =>
    wrap(running, (inner) => ({ update: (value) => inner.update(Number.isNaN(value) ? 0 : value) })),
  ),
  'saves without its random state': plant(
    (running) =>
      wrap(running, (inner) => ({
        save: () => {
          const { random } = inner as unknown as { random: { save(): number[]; load(state: number[]): void } }
          const drawn = random.save()
          random.load([1, 2, 3, 4, NaN])
          const saved = inner.save()
          random.load(drawn)
          return saved
        },
      })),
    kswin(),
  ),
  'saves without its sums': plant(
    (running) =>
      wrap(running, (inner) => ({
        save: () => {
          const { state } = inner as unknown as { state: Float64Array }
          const kept = state.slice()
          state.fill(0, FIRST + 2, FIRST + 4)
          const saved = inner.save()
          state.set(kept)
          return saved
        },
      })),
    pageHinkley(),
  ),
  'shares its state with its clone': plant(
    (running) =>
      wrap(running, (inner) => ({
        clone: () => Object.assign(inner.clone(), { state: (inner as unknown as { state: Float64Array }).state }),
      })),
    ddm(),
  ),
  'shares its order of values with its clone': plant(
    (running) =>
      wrap(running, (inner) => ({
        clone: () => {
          const { sortedNew } = inner as unknown as { sortedNew: Float64Array }
          return Object.assign(inner.clone(), { sortedNew })
        },
      })),
    kswin(),
  ),
  'watches what is right for what is wrong': plant(
    (running) => wrap(running, (inner) => ({ update: (value) => inner.update(1 - value) })),
    fhddm(),
  ),
  'takes every value twice': plant(
    (running) =>
      wrap(running, (inner) => ({
        update: (value) => Math.max(inner.update(value), inner.update(value)) as Signal,
      })),
    ddm(),
  ),
  'begins with squared weights that are too small': plant(
    (running) =>
      wrap(running, (inner) => ({
        update: (value) => {
          // As River 0.24 does: the bounds of the first values are too tight.
          const { state, lambda } = inner as unknown as { state: Float64Array; lambda: number }
          const signal = inner.update(value)
          for (const at of [FIRST, FIRST + 3, FIRST + 6]) {
            if (state[at + 2] === 1) state[at + 1] = lambda * lambda + (1 - lambda) ** 2
          }
          return signal
        },
      })),
    hddmW(),
  ),
  'does not begin anew after a signal': plant(
    (running) =>
      wrap(running, (inner) => ({
        update: (value) => {
          const { state } = inner as unknown as { state: Float64Array }
          const before = state.slice(FIRST)
          const signal = inner.update(value)
          if (signal > Signal.warning) state.set(before, FIRST)
          return signal
        },
      })),
    pageHinkley(),
  ),
  'warns at every value of a zone': plant(
    (running) =>
      wrap(running, (inner) => ({
        update: (value) => {
          const { state } = inner as unknown as { state: Float64Array }
          const signal = inner.update(value)
          return signal === Signal.none && state[FIRST + 5] > 0 ? Signal.warning : signal
        },
      })),
    ddm(),
  ),
  grows: plant((running) => {
    const kept: number[] = []
    return wrap(running, (inner) => ({
      update: (value) => {
        kept.push(value)
        return inner.update(value)
      },
      byteSize: () => inner.byteSize() + 8 * kept.length,
    }))
  }),
  'shows evidence before its first signal': plant((running) =>
    wrap(running, (inner) => ({
      evidence: () => inner.evidence() ?? { statistic: 0, threshold: 0, before: 0, after: 0, since: 0 },
    })),
  ),
  'loads any bytes': loadsAnything(),
  'forgets its values at a warning': plant(
    (running) =>
      wrap(running, (inner) => ({
        update: (value) => {
          const { state } = inner as unknown as { state: Float64Array }
          const signal = inner.update(value)
          if (signal === Signal.warning) state.fill(0, 6, FIRST)
          return signal
        },
      })),
    ddm(),
  ),
  'puts the change at the start of its window': plant((running) => {
    let seen = 0
    return wrap(running, (inner) => ({
      update: (value) => {
        seen++
        return inner.update(value)
      },
      evidence: () => {
        const evidence = inner.evidence()
        return evidence && { ...evidence, since: seen }
      },
    }))
  }),
}

function breaks(check: (detector: Detector) => void, detector: Detector): boolean {
  try {
    check(detector)
    return false
  } catch {
    return true
  }
}

for (const [name, detector] of Object.entries(faults)) {
  test(`the suite fails on a detector that ${name}`, () => {
    expect(Object.values(detectorChecks).some((check) => breaks(check, detector))).toBe(true)
  })
}

test('the suite passes on the same detectors wrapped without a fault', () => {
  for (const sound of [adwin(), hddmW()]) {
    const wrapped = plant((running) => wrap(running, () => ({})), sound)
    const broken = Object.keys(detectorChecks).filter((name) => breaks(detectorChecks[name], wrapped))
    expect(broken).toEqual([])
  }
})
