import { expect, test } from 'vitest'
import { adwin } from '../../src/drift/adwin.ts'
import { AdwinWindow } from '../../src/drift/adwin-window.ts'
import { Signal } from '../../src/drift/detector.ts'
import { SeededRandom } from '../../src/stats/seeded-random.ts'

const options = { delta: 0.002, clock: 32, maxBuckets: 5, minWindowLength: 5, gracePeriod: 10 }

test('holds the moments of exactly its newest values', () => {
  const random = new SeededRandom(1)
  const window = new AdwinWindow(options)
  const all: number[] = []
  let cuts = 0
  for (let i = 0; i < 20_000; i++) {
    const value = Number(random.next() < (Math.floor(i / 3000) % 2 === 0 ? 0.2 : 0.5))
    all.push(value)
    cuts += Number(window.add(value))
    if (i % 97 !== 0) continue
    const held = all.slice(all.length - window.width)
    const total = held.reduce((a, b) => a + b, 0)
    expect(window.total).toBe(total)
    expect(window.deviations).toBeCloseTo(total - (total * total) / held.length, 5)
  }
  expect(cuts).toBeGreaterThanOrEqual(6)
})

test('finds the place of the change and the means on both sides', () => {
  const random = new SeededRandom(2)
  for (const [first, second, signal] of [
    [0.1, 0.4, Signal.drift],
    [0.5, 0.2, Signal.improved],
  ]) {
    const detector = adwin().build()
    let at = 0
    while (detector.update(Number(random.next() < (at < 20_000 ? first : second))) === Signal.none) at++
    expect(at).toBeGreaterThanOrEqual(20_000)
    const evidence = detector.evidence()
    expect(evidence?.before).toBeCloseTo(first, 1)
    expect(evidence?.statistic).toBeGreaterThan(evidence?.threshold ?? Infinity)
    expect(Math.abs(at + 1 - (evidence?.since ?? 0) - 20_000)).toBeLessThan(150)
    expect((evidence?.after ?? NaN) > (evidence?.before ?? NaN)).toBe(signal === Signal.drift)
  }
})

test('begins anew after a signal', () => {
  const detector = adwin().build()
  for (let i = 0; i < 2000; i++) detector.update(0)
  let signal: Signal = Signal.none
  while (signal === Signal.none) signal = detector.update(1)
  expect(signal).toBe(Signal.drift)
  for (let i = 0; i < 5000; i++) expect(detector.update(1)).toBe(Signal.none)
})
