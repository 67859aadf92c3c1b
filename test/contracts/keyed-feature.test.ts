import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { countWindow } from '../../src/features/count-window.ts'
import { ewMean } from '../../src/features/ew-mean.ts'
import { ewRate } from '../../src/features/ew-rate.ts'
import type { KeyedFeature, RunningFeature } from '../../src/features/keyed-feature.ts'
import { lag } from '../../src/features/lag.ts'
import { lastValue } from '../../src/features/last-value.ts'
import { paneWindow } from '../../src/features/pane-window.ts'
import { sessionWindow } from '../../src/features/session-window.ts'
import { timeSince } from '../../src/features/time-since.ts'
import type { Pages } from '../../src/stats/pages.ts'
import { quantile } from '../../src/stats/quantile.ts'
import { variance } from '../../src/stats/variance.ts'
import { sequence } from '../features/sequence-statistic.ts'
import { checkKeyedFeature } from './keyed-feature-contract.ts'

const STEP = 1000

/** By file name, each feature in the shapes that matter. */
const examples: Record<string, readonly KeyedFeature[]> = {
  'count-window': [
    countWindow({ statistic: sequence, length: 5 }),
    countWindow({ statistic: sequence, length: 1, memoryMs: 20 * STEP }),
  ],
  'ew-mean': [ewMean({ halfLifeMs: 5 * STEP }), ewMean({ halfLifeMs: STEP, prior: { value: 0.2, weight: 10 } })],
  'ew-rate': [ewRate({ halfLifeMs: 5 * STEP })],
  lag: [lag({ steps: 3 }), lag({ steps: 2, memoryMs: 20 * STEP })],
  'last-value': [lastValue(), lastValue({ memoryMs: 20 * STEP })],
  'pane-window': [
    paneWindow({ statistic: sequence, lengthMs: 60 * STEP }),
    paneWindow({ statistic: sequence, lengthMs: 10 * STEP, everyMs: 10 * STEP }),
    paneWindow({ statistic: sequence, lengthMs: 20 * STEP, everyMs: 5 * STEP, graceMs: 12 * STEP }),
    paneWindow({ statistic: sequence, lengthMs: 64 * STEP, everyMs: STEP }),
    paneWindow({ statistic: variance, lengthMs: 30 * STEP, everyMs: 2 * STEP }),
    paneWindow({ statistic: quantile({ buckets: 16 }), lengthMs: 30 * STEP, everyMs: 10 * STEP, graceMs: STEP }),
  ],
  'session-window': [sessionWindow({ statistic: sequence, gapMs: 3 * STEP })],
  'time-since': [timeSince(), timeSince({ memoryMs: 20 * STEP })],
}

const folder = new URL('../../src/features/', import.meta.url)
const found = readdirSync(folder)
  .filter(
    (file) =>
      file.endsWith('.ts') &&
      /export function \w+\([^)]*\): KeyedFeature /.test(readFileSync(new URL(file, folder), 'utf8')),
  )
  .map((file) => file.slice(0, -'.ts'.length))

describe('every keyed feature', () => {
  it('has its example here', () => {
    expect(found.length).toBeGreaterThan(0)
    expect(Object.keys(examples).toSorted()).toEqual(found.toSorted())
  })

  for (const [name, features] of Object.entries(examples)) {
    for (const feature of features) {
      it(`${name} ${JSON.stringify(feature.parameters)}`, () => {
        expect(feature.feature).toBe(name)
        for (let seed = 1; seed <= 5; seed++) checkKeyedFeature(feature, STEP, seed)
      })
    }
  }
})

/** A feature with a fault in one of its methods. */
function planted(feature: KeyedFeature, fault: (running: RunningFeature) => Partial<RunningFeature>): KeyedFeature {
  return Object.freeze({
    ...feature,
    build: () => {
      const running = feature.build()
      return Object.defineProperties(running, Object.getOwnPropertyDescriptors(fault(running)))
    },
  })
}

describe('the contract catches', () => {
  const window = paneWindow({ statistic: sequence, lengthMs: 10 * STEP, everyMs: STEP })
  const last = lastValue()

  const faults: [string, RegExp, KeyedFeature][] = [
    ['a description that can be changed', /^description/, { ...window }],
    [
      'an update that does not mark its page',
      /^snapshot/,
      planted(window, (running) => {
        const update = running.update.bind(running)
        const rows = running.regions().rows as Pages
        return {
          update(slot, timeMs, value) {
            const before = rows.dirty.slice()
            const taken = update(slot, timeMs, value)
            if (slot === 1) rows.dirty.set(before)
            return taken
          },
        }
      }),
    ],
    [
      'state outside the regions',
      /^snapshot/,
      planted(last, (running) => {
        const update = running.update.bind(running)
        const read = running.read.bind(running)
        const clear = running.clear.bind(running)
        const taken = new Map<number, number>()
        return {
          update(slot, timeMs, value) {
            if (!update(slot, timeMs, value)) return false
            taken.set(slot, (taken.get(slot) ?? 0) + 1)
            return true
          },
          read: (slot, timeMs) => read(slot, timeMs) + (taken.get(slot) ?? 0),
          clear(slot) {
            taken.delete(slot)
            clear(slot)
          },
        }
      }),
    ],
    [
      'a read that takes an update',
      /^reads/,
      planted(window, (running) => {
        const read = running.read.bind(running)
        return {
          read(slot, timeMs) {
            const value = read(slot, timeMs)
            if (slot > 0 && !Number.isNaN(value)) running.update(slot, timeMs, 0)
            return value
          },
        }
      }),
    ],
    [
      'a late update that is taken',
      /^late/,
      planted(last, (running) => {
        const update = running.update.bind(running)
        return {
          update(slot, timeMs, value) {
            if (update(slot, timeMs, value)) return true
            running.clear(slot)
            update(slot, timeMs, value)
            return false
          },
        }
      }),
    ],
    [
      'a late update that is not counted',
      /^late/,
      planted(window, () => ({
        get late() {
          return 0
        },
      })),
    ],
    ['a clear that leaves something', /^clear/, planted(window, () => ({ clear: () => undefined }))],
    [
      'slots that share their state',
      /^slots/,
      planted(window, (running) => {
        const update = running.update.bind(running)
        const read = running.read.bind(running)
        return {
          update: (slot, timeMs, value) => update(slot & ~1, timeMs, value),
          read: (slot, timeMs) => read(slot < 0 ? slot : slot & ~1, timeMs),
        }
      }),
    ],
    [
      'a key that is remembered beyond its memory',
      /^memory/,
      Object.freeze({ ...window, memoryMs: window.memoryMs - 3 * STEP }),
    ],
    [
      'an empty slot that is not like a key never seen',
      /^empty/,
      planted(window, (running) => {
        const read = running.read.bind(running)
        return { read: (slot, timeMs) => (slot < 0 ? 0 : read(slot, timeMs)) }
      }),
    ],
    ['derived values that survive loading', /^snapshot/, planted(window, () => ({ loaded: () => undefined }))],
  ]

  for (const [name, breach, feature] of faults) {
    it(name, () => {
      expect(() => {
        for (let seed = 1; seed <= 5; seed++) checkKeyedFeature(feature, STEP, seed)
      }).toThrow(breach)
    })
  }
})
