import { expect, test } from 'vitest'
import { adwin } from '../../src/drift/adwin.ts'
import type { AdwinWindow } from '../../src/drift/adwin-window.ts'
import { type Detector, type RunningDetector, Signal } from '../../src/drift/detector.ts'
import { detectorChecks } from './detector-suite.ts'

/** ADWIN with its running part wrapped by `fault`. */
function plant(fault: (running: RunningDetector) => RunningDetector): Detector {
  const sound = adwin()
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

function broken(detector: Detector): string[] {
  return Object.entries(detectorChecks)
    .filter(([, check]) => {
      try {
        check(detector)
        return false
      } catch {
        return true
      }
    })
    .map(([name]) => name)
}

for (const [name, detector] of Object.entries(faults)) {
  test(`the suite fails on a detector that ${name}`, () => {
    expect(broken(detector)).not.toEqual([])
  })
}

test('the suite passes on the same detector wrapped without a fault', () => {
  expect(broken(plant((running) => wrap(running, () => ({}))))).toEqual([])
})
