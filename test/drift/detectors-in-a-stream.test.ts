import { defineStream, gaussianNaiveBayes } from 'millrace'
import * as drift from 'millrace/drift'
import type { Detector } from 'millrace/drift'
import { describe, expect, test } from 'vitest'
import { buildGraph } from '../../src/stream/build-graph.ts'
import { turningVisits } from '../operators/race-stream.ts'
import { Run } from '../operators/run-graph.ts'
import { visitInputs, visitSchemas } from '../operators/visits.ts'

const TURN = 2500

function runWith(loss: Detector): Run {
  const stream = defineStream({
    name: 'watched',
    inputs: visitInputs,
    build: ({ visits, outcomes }) => {
      void outcomes.validate({ price: { min: 0, onFail: 'quarantine' } })
      const member = visits.label({ value: (one) => one.member, after: '10ms' })
      return visits.featurize({ amount: 'amount' }).predict(member, { model: gaussianNaiveBayes(), drift: { loss } })
    },
  })
  return new Run(buildGraph(stream, visitSchemas)).take(turningVisits(TURN + 600, [TURN]))
}

/** All detectors, as a stream may name them. Its losses rise by less than errors do: HDDM-W needs a longer memory. */
const detectors: readonly Detector[] = [
  drift.adwin(),
  drift.cusum(),
  drift.ddm(),
  drift.ecdd(),
  drift.eddm(),
  drift.fhddm(),
  drift.geometricMovingAverage(),
  drift.hddmA(),
  drift.hddmW({ lambda: 0.02 }),
  drift.kswin(),
  drift.pageHinkley(),
  drift.rddm(),
]

describe('drift: { loss } of a stream', () => {
  test.each(detectors.map((detector) => [detector.algorithm, detector] as const))('may be %s', (_, detector) => {
    const { signals } = runWith(detector)
    const drifts = signals.filter(({ kind, time }) => kind === 'drift' && time >= TURN)
    expect(drifts.length).toBeGreaterThan(0)
    const [{ source, evidence, time }] = drifts
    expect(source).toBe('drift.loss')
    expect(evidence?.after).toBeGreaterThan(evidence?.before ?? Infinity)
    // The change lies within the values since: the turn, seen ten rows later.
    expect(time - (evidence?.since ?? 0)).toBeGreaterThan(TURN - 400)
  })
})
