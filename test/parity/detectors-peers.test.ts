import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { type Detector, Signal } from '../../src/drift/detector.ts'
import * as drift from '../../src/drift/index.ts'
import { type GoldenStream, goldenValues } from '../contracts/golden-stream.ts'

interface Case {
  readonly stream: string
  readonly parameters: Record<string, unknown>
  readonly drifts: readonly number[]
  /** Where warnings begin; left out where the peer warns of falls too. */
  readonly warnings?: readonly number[]
  /** Where the peer signals with its defect, if it has one. */
  readonly asItIs?: readonly number[]
}

const { streams } = read<{ streams: readonly GoldenStream[] }>('detector-cases.json')

describe.each([
  ['ddm', drift.ddm],
  ['eddm', drift.eddm],
  ['rddm', drift.rddm],
  ['hddm-a', drift.hddmA],
  ['hddm-w', drift.hddmW],
  ['hddm-w-moa', drift.hddmW],
  ['fhddm', drift.fhddm],
  ['ecdd', drift.ecdd],
  ['cusum', drift.cusum],
  ['page-hinkley', drift.pageHinkley],
  ['geometric-moving-average', drift.geometricMovingAverage],
  ['kswin', drift.kswin],
] as const)('%s', (name, make: (options: object) => Detector) => {
  const { peer, cases } = read<{ peer: string; cases: readonly Case[] }>(`golden/detector-${name}.json`)

  test.each([...new Set(cases.map(({ parameters }) => JSON.stringify(parameters)))])(
    `signals where ${peer} does, with %s`,
    (parameters) => {
      const mine = cases.filter((one) => JSON.stringify(one.parameters) === parameters)
      expect(mine.flatMap(({ drifts }) => drifts).length).toBeGreaterThan(0)
      for (const { stream, drifts, warnings } of mine) {
        const found = signals(make(JSON.parse(parameters) as object), stream)
        // MOA begins anew after a fall and says nothing.
        const cuts = name === 'hddm-w-moa' ? found.drifts : found.cuts
        expect([stream, ...cuts]).toEqual([stream, ...drifts])
        if (warnings !== undefined) expect([stream, ...found.warnings]).toEqual([stream, ...warnings])
      }
    },
  )
})

describe('where River 0.24.2 errs', () => {
  test('its FHDDM signals when errors get fewer', () => {
    const { cases } = read<{ cases: readonly Case[] }>('golden/detector-fhddm.json')
    const [rises] = cases // errors rise from 0.1 to 0.3, and never fall
    expect(rises.asItIs).toEqual([])
    expect(signals(drift.fhddm(), 'one rise').drifts).toEqual(rises.drifts)
    expect(rises.drifts[0]).toBeGreaterThan(3000)
  })

  test.each([
    ['hddm-w', 'its HDDM-W begins with too tight a bound'],
    ['kswin', 'its KSWIN forgets the newest values after a signal'],
  ])('%s: %s, and so it signals elsewhere', (name) => {
    const { cases } = read<{ cases: readonly Case[] }>(`golden/detector-${name}.json`)
    const differing = cases.filter(({ drifts, asItIs }) => JSON.stringify(drifts) !== JSON.stringify(asItIs))
    expect(differing.length).toBeGreaterThan(0)
  })
})

test('KSWIN, which draws at random, signals as often as its peer where nothing changes', () => {
  const { draws } = read<{ draws: { stream: GoldenStream; signals: number[] } }>('golden/detector-kswin.json')
  const values = goldenValues(draws.stream)
  const ours = [0, 1, 2].map((seed) => {
    const running = drift.kswin({ seed }).build()
    return values.reduce((count, value) => count + Number(running.update(value) !== Signal.none), 0)
  })
  const sum = (counts: number[]): number => counts.reduce((a, b) => a + b, 0)
  const [found, expected] = [sum(ours), sum(draws.signals)]
  expect(Math.abs(found - expected)).toBeLessThan(3 * Math.sqrt(found + expected))
})

test('MOA could never signal errors by its default geometric moving average', () => {
  const values = goldenValues({
    name: 'all wrong',
    seed: 1,
    segments: [
      ['bernoulli', 100, 0, 0],
      ['bernoulli', 5000, 1, 0],
    ],
  }) // prettier-ignore
  const quiet = drift.geometricMovingAverage({ threshold: 1 }).build()
  expect(values.every((value) => quiet.update(value) === Signal.none)).toBe(true)
  const running = drift.geometricMovingAverage().build()
  expect(values.some((value) => running.update(value) === Signal.drift)).toBe(true)
})

function read<Content>(file: string): Content {
  return JSON.parse(readFileSync(new URL(file, import.meta.url), 'utf8')) as Content
}

/** Where a detector signals over a stream of `detector-cases.json`: `cuts` are drifts and improvements. */
function signals(detector: Detector, name: string): Record<'drifts' | 'cuts' | 'warnings', number[]> {
  const stream = streams.find((one) => one.name === name) as GoldenStream
  const running = detector.build()
  const found = { drifts: [] as number[], cuts: [] as number[], warnings: [] as number[] }
  goldenValues(stream).forEach((value, i) => {
    const signal = running.update(value)
    if (signal === Signal.warning) found.warnings.push(i)
    else if (signal !== Signal.none) found.cuts.push(i)
    if (signal === Signal.drift) found.drifts.push(i)
  })
  return found
}
