import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { paneWindow } from '../../src/features/pane-window.ts'
import type { Statistic } from '../../src/stats/statistic.ts'
import { sequence, sequenceOf } from './sequence-statistic.ts'

interface Taken {
  readonly pane: number
  readonly value: number
}

/** The obvious window: keeps everything it took, and looks through all of it. */
class Twin {
  late = 0
  private readonly taken: Taken[] = []
  private readonly panes: number
  private readonly ring: number
  private readonly everyMs: number

  constructor(lengthMs: number, everyMs: number, graceMs: number) {
    this.panes = lengthMs / everyMs
    this.ring = this.panes + Math.ceil(graceMs / everyMs)
    this.everyMs = everyMs
  }

  get newest(): number {
    return Math.max(...this.taken.map(({ pane }) => pane), -Infinity)
  }

  update(timeMs: number, value: number): boolean {
    const pane = Math.floor(timeMs / this.everyMs)
    if (pane <= this.newest - this.ring) {
      this.late++
      return false
    }
    this.taken.push({ pane, value })
    return true
  }

  /** The window's values by pane, in a pane as they came. */
  values(timeMs: number): number[] {
    const pane = Math.floor(timeMs / this.everyMs)
    return this.taken
      .filter((one) => one.pane > pane - this.panes && one.pane <= pane && one.pane > this.newest - this.ring)
      .toSorted((a, b) => a.pane - b.pane)
      .map(({ value }) => value)
  }
}

const shape = fc
  .tuple(fc.integer({ min: 1, max: 70 }), fc.integer({ min: 1, max: 50 }), fc.integer({ min: 0, max: 1440 }))
  .map(([panes, everyMs, graceMs]) => ({ lengthMs: panes * everyMs, everyMs, graceMs }))
const walk = fc.array(
  fc.record({
    slot: fc.nat(2),
    forward: fc.oneof(fc.nat(30), fc.nat(3000)),
    back: fc.oneof(fc.constant(0), fc.nat(3000)),
    ahead: fc.oneof(fc.constant(0), fc.nat(3000)),
  }),
  { maxLength: 120 },
)

describe('paneWindow', () => {
  it('holds exactly the values of an obvious twin, at times in any order', () => {
    fc.assert(
      fc.property(shape, walk, fc.integer({ min: -5000, max: 5000 }), (options, events, start) => {
        const window = paneWindow({ statistic: sequence, ...options }).build()
        window.ensure(3)
        const twins = [0, 1, 2].map(() => new Twin(options.lengthMs, options.everyMs, options.graceMs))
        let now = start
        events.forEach(({ slot, forward, back, ahead }, i) => {
          now += forward
          expect(window.read(slot, now)).toBe(sequenceOf(twins[slot].values(now)))
          expect(window.update(slot, now - back, i)).toBe(twins[slot].update(now - back, i))
          for (const time of [now - back, now, now + ahead])
            expect(window.read(slot, time)).toBe(sequenceOf(twins[slot].values(time)))
        })
        expect(window.late).toBe(twins[0].late + twins[1].late + twins[2].late)
      }),
      { numRuns: 400 },
    )
  })

  it('takes every update within grace and shows a read within grace the whole window of its own time', () => {
    fc.assert(
      fc.property(
        shape,
        fc.array(fc.tuple(fc.nat(100), fc.double({ min: 0, max: 1, noNaN: true })), { maxLength: 80 }),
        (options, events) => {
          const { lengthMs, everyMs, graceMs } = options
          const window = paneWindow({ statistic: sequence, ...options }).build()
          window.ensure(1)
          const all: Taken[] = []
          let now = 0
          events.forEach(([forward, part], i) => {
            now += forward
            const time = now - Math.floor(part * graceMs)
            expect(window.update(0, time, i)).toBe(true)
            all.push({ pane: Math.floor(time / everyMs), value: i })
            const pane = Math.floor(time / everyMs)
            const inside = all
              .filter((one) => one.pane > pane - lengthMs / everyMs && one.pane <= pane)
              .toSorted((a, b) => a.pane - b.pane)
            expect(window.read(0, time)).toBe(sequenceOf(inside.map(({ value }) => value)))
          })
          expect(window.late).toBe(0)
        },
      ),
      { numRuns: 300 },
    )
  })

  it('is a tumbling window when a pane is the whole window, for any statistic', () => {
    const { merge: _, ...unmergeable } = sequence
    const window = paneWindow({ statistic: unmergeable as Statistic, lengthMs: 100, everyMs: 100 }).build()
    window.ensure(1)
    window.update(0, 110, 1)
    window.update(0, 199, 2)
    expect(window.read(0, 199)).toBe(sequenceOf([1, 2]))
    expect(window.read(0, 200)).toBeNaN()
    expect(window.update(0, 201, 3)).toBe(true)
    expect(window.update(0, 199, 4)).toBe(false)
    expect([window.late, window.read(0, 250)]).toEqual([1, sequenceOf([3])])
  })

  it('slides in steps of a 60th, or the next shorter pane of whole milliseconds', () => {
    const everyOf = (lengthMs: number) => paneWindow({ statistic: sequence, lengthMs }).parameters.everyMs
    expect([1_800_000, 1000, 59, 61, 1].map(everyOf)).toEqual([30_000, 20, 1, 61, 1])
    const window = paneWindow({ statistic: sequence, lengthMs: 60 }).build()
    window.ensure(1)
    window.update(0, 0, 1)
    expect(window.read(0, 59)).toBe(sequenceOf([1]))
    expect(window.read(0, 60)).toBeNaN()
  })

  it('says what it holds', () => {
    const feature = paneWindow({ statistic: sequence, lengthMs: 6000, everyMs: 100, graceMs: 250 })
    expect(feature.parameters).toEqual({ statistic: 'sequence', lengthMs: 6000, everyMs: 100, graceMs: 250 })
    expect(feature.memoryMs).toBe(6250)
    // 63 panes of 16 bytes, the newest pane, two words of bits; derived: a prefix of 16 bytes, its pane, its state.
    expect(feature.build().bytesPerKey).toBe(63 * 16 + 8 + 16 + 16 + 9)
  })

  it('refuses what is no window', () => {
    const { merge: _, ...unmergeable } = sequence
    const wrong = [
      { statistic: sequence, lengthMs: 100, everyMs: 30 },
      { statistic: sequence, lengthMs: 1441, everyMs: 1 },
      { statistic: sequence, lengthMs: 0 },
      { statistic: sequence, lengthMs: 0.5 },
      { statistic: sequence, lengthMs: Number.NaN },
      { statistic: sequence, lengthMs: 100, graceMs: -1 },
      { statistic: sequence, lengthMs: 100, everyMs: 10, graceMs: Infinity },
      { statistic: unmergeable as Statistic, lengthMs: 100, everyMs: 10 },
    ]
    for (const options of wrong)
      expect(() => paneWindow(options)).toThrow(expect.objectContaining({ code: 'MILLRACE_FEATURE_PARAMETER' }))
    expect(() => paneWindow(wrong[0])).toThrow(
      'pane length: 30 is out of range. Give a divisor of the window length 100.',
    )
  })
})
