import { describe, expect, test } from 'vitest'
import { adwin } from '../../src/drift/adwin.ts'
import { detectorChecks, findDetectors } from './detector-suite.ts'

const detectors = await findDetectors()

test('finds the detectors', () => {
  expect(detectors.map(({ algorithm }) => algorithm)).toContain('adwin')
})

for (const detector of detectors) {
  describe(detector.algorithm, () => {
    for (const [name, check] of Object.entries(detectorChecks)) test(name, () => check(detector))
  })
}

describe('adwin', () => {
  test('refuses parameters out of range, naming the range', () => {
    for (const options of [
      { delta: 0 },
      { delta: 1 },
      { delta: NaN },
      { clock: 0 },
      { clock: 1.5 },
      { maxBuckets: 1 },
    ]) {
      expect(() => adwin(options)).toThrow(expect.objectContaining({ code: 'MILLRACE_DRIFT_PARAMETER' }))
    }
    expect(() => adwin({ delta: 2 })).toThrow('adwin, delta: 2 is out of range. Give a number between 0 and 1')
  })

  test('refuses the snapshot of one with other parameters', () => {
    const saved = adwin({ delta: 0.01 }).build().save()
    expect(() => adwin().build(saved)).toThrow(expect.objectContaining({ code: 'MILLRACE_LEARNER_SNAPSHOT' }))
  })
})
