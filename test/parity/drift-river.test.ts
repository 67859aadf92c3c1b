import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { adwin } from '../../src/drift/adwin.ts'
import { type AdwinOptions, AdwinWindow } from '../../src/drift/adwin-window.ts'
import { Signal } from '../../src/drift/detector.ts'
import { type GoldenStream, goldenValues } from '../contracts/golden-stream.ts'

interface Case {
  stream: GoldenStream
  parameters: AdwinOptions
  signals: number[]
  cuts: [number, number][]
  end: { width: number; total: number; deviations: number }
}

const golden = JSON.parse(readFileSync(new URL('./golden/river-adwin.json', import.meta.url), 'utf8')) as {
  cases: Case[]
}

describe('cuts of River 0.24.2', () => {
  for (const { stream, parameters, signals, cuts, end } of golden.cases) {
    test(`${stream.name}, delta ${parameters.delta}, clock ${parameters.clock}`, () => {
      const detector = adwin(parameters).build()
      const window = new AdwinWindow(parameters)
      const ourSignals: number[] = []
      const ourCuts: [number, number][] = []
      goldenValues(stream).forEach((value, i) => {
        if (detector.update(value) !== Signal.none) ourSignals.push(i)
        if (window.add(value)) ourCuts.push([i, window.width])
      })
      expect(ourSignals).toEqual(signals)
      expect(ourCuts).toEqual(cuts)
      expect(window.width).toBe(end.width)
      expect(Math.abs(window.total - end.total)).toBeLessThanOrEqual(1e-9 * Math.abs(end.total))
      expect(Math.abs(window.deviations - end.deviations)).toBeLessThanOrEqual(1e-9 * Math.max(1e-3, end.deviations))
    })
  }
})
