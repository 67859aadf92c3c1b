import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import * as drift from '../../src/drift/index.ts'
import type { Detector } from '../../src/drift/index.ts'
import { detectorChecks, findDetectors } from './detector-suite.ts'

const folder = new URL('../../src/drift/', import.meta.url)
const detectors = await findDetectors()

/** Files of src/drift that are no detector, and what they are. */
const parts: Readonly<Record<string, string>> = {
  'index.ts': 'the public list',
  'detector.ts': 'the contract',
  'adwin-window.ts': 'the window of ADWIN',
  'array-detector.ts': 'a state that is one array',
  'bounded-value.ts': 'a bound of values shared by some',
  'check-parameter.ts': 'a check shared by all',
  'describe-detector.ts': 'a description shared by all',
  'detector-parameters.ts': 'options over defaults',
  'tracking-detector.ts': 'where the change lies',
}

const nowhere = [-1, NaN, Infinity, 2.5]
const nothing = [0, -1, NaN, Infinity]
const outside = [0, 1, -0.1, 1.1, NaN]
const thresholds = { warmStart: [...nowhere, 0], warningThreshold: nothing, driftThreshold: nothing }
const confidences = { driftConfidence: outside, warningConfidence: outside }

/** Values out of range of each option of each detector. */
const refused: Readonly<Record<string, Readonly<Record<string, readonly unknown[]>>>> = {
  adwin: { delta: outside, clock: [0, ...nowhere], maxBuckets: [1, ...nowhere], minWindowLength: nowhere },
  cusum: { warmStart: [...nowhere, 0], delta: [-0.1, NaN, Infinity], threshold: nothing },
  ddm: thresholds,
  ecdd: { warmStart: [...nowhere, 0], averageRunLength: [1000, 0, NaN, '400'] },
  eddm: { warmStart: [...nowhere, 0], alpha: [...outside, 0.85], beta: [...outside, 0.96] },
  fhddm: { windowSize: [...nowhere, 1], confidence: outside },
  'geometric-moving-average': { warmStart: [...nowhere, 0], alpha: outside, threshold: nothing },
  'hddm-a': confidences,
  'hddm-w': { ...confidences, lambda: outside },
  kswin: {
    alpha: [...outside, 1e-30],
    windowSize: [...nowhere, 1],
    statSize: [...nowhere, 1, 51],
    seed: [NaN, Infinity],
  },
  'page-hinkley': {
    warmStart: [...nowhere, 0],
    delta: [-0.1, NaN, Infinity],
    threshold: nothing,
    alpha: [-0.1, 1.1, NaN],
    mode: ['sideways'],
  },
  rddm: { ...thresholds, maxConceptSize: [0, ...nowhere], minStableConceptSize: [0, 2e6], warnLimit: [0, ...nowhere] },
}

function maker(algorithm: string): (options: object) => Detector {
  const name = algorithm.replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase())
  return (drift as unknown as Record<string, (options: object) => Detector>)[name]
}

describe('src/drift', () => {
  const files = readdirSync(folder).filter((file) => file.endsWith('.ts'))

  test('has detectors and their parts, and nothing else', () => {
    const known = [...detectors.map(({ algorithm }) => `${algorithm}.ts`), ...Object.keys(parts)]
    expect(files.toSorted()).toEqual(known.toSorted())
    expect(Object.keys(refused).toSorted()).toEqual(detectors.map(({ algorithm }) => algorithm).toSorted())
  })

  test.each(detectors.map(({ algorithm }) => algorithm))(
    '%s is public, has a source, a docs line and a figure',
    (name) => {
      expect(maker(name)({}).algorithm).toBe(name)
      const text = readFileSync(new URL(`${name}.ts`, folder), 'utf8')
      expect(text).toMatch(/\* Source: [^*]*(\* [^*]*)?\b(19|20)\d\d\b/)
      expect(readFileSync('docs/drift-detectors.md', 'utf8')).toContain(`| \`${maker(name).name}\` |`)
      const { figures } = JSON.parse(readFileSync('bench/results/detectors.json', 'utf8')) as {
        figures: { what: string }[]
      }
      expect(figures.map(({ what }) => what)).toContain(`${name}, a value`)
    },
  )
})

for (const detector of detectors) {
  describe(detector.algorithm, () => {
    for (const [name, check] of Object.entries(detectorChecks)) test(name, () => check(detector))

    test('refuses options that are out of range or unknown, naming what it takes', () => {
      const make = maker(detector.algorithm)
      const wrong = Object.entries(refused[detector.algorithm]).flatMap(([name, values]) =>
        values.map((value) => [name, value] as const),
      )
      for (const [name, value] of [...wrong, ['sensitivity', 1] as const]) {
        expect(() => make({ [name]: value }), `${name} ${String(value)}`).toThrow(
          expect.objectContaining({
            code: 'MILLRACE_DRIFT_PARAMETER',
            message: expect.stringMatching(/ Give .*\d|Give /),
          }),
        )
      }
    })

    test('refuses the snapshot of one with other parameters', () => {
      const [[name, value]] = Object.entries(detector.parameters).filter(([, one]) => typeof one === 'number')
      const other =
        name === 'averageRunLength' ? 100 : (value as number) < 1 ? (value as number) * 0.99 : (value as number) + 1
      const saved = maker(detector.algorithm)({ [name]: other })
        .build()
        .save()
      expect(() => detector.build(saved)).toThrow(expect.objectContaining({ code: 'MILLRACE_LEARNER_SNAPSHOT' }))
    })
  })
}

test('a parameter out of range is refused with its range', () => {
  expect(() => drift.adwin({ delta: 2 })).toThrow(
    'adwin, delta: 2 is out of range. Give a number between 0 and 1, both excluded',
  )
  expect(() => drift.ddm({ warmStart: 0 })).toThrow(
    'ddm, warmStart: 0 is out of range. Give a whole number from 1 to 1000000000',
  )
})
