import { adwin, defineStream, gaussianNaiveBayes, logisticRegression, priorClass } from 'millrace'
import { inlineTrainer } from '../../src/lifecycle/inline-trainer.ts'
import type { ModelEvent } from '../../src/operators/graph-output.ts'
import type { LearningState } from '../../src/operators/learning-state.ts'
import { SeededRandom } from '../../src/stats/seeded-random.ts'
import type { GateOptions, RetrainOptions } from '../../src/stream/events.ts'
import { buildGraph } from '../../src/stream/build-graph.ts'
import type { Graph } from '../../src/stream/graph.ts'
import { Run } from './run-graph.ts'
import { type Arrived, visit, visitInputs, visitSchemas } from './visits.ts'

// A stream whose concept can be turned round: members are those with a positive amount, nine times in ten, and after a
// turn those with a negative one. A naive Bayes that has seen much takes as long to forget it; a new one sees it at once.

/** Rows between a visit and its label. */
export const DELAY = 100

export interface RaceOptions {
  readonly gate?: GateOptions
  readonly retrain?: RetrainOptions
  /** A challenger of the stream's own, which knows the share of members only. */
  readonly hasChallenger?: boolean
  /** A logistic regression instead of the naive Bayes. */
  readonly isLinear?: boolean
}

export const onDrift: RetrainOptions = { on: ['loss'], from: { latest: 20_000, since: 'drift' } }

export function raceGraph({ gate, retrain, hasChallenger = false, isLinear = false }: RaceOptions): Graph {
  const stream = defineStream({
    name: 'race',
    inputs: visitInputs,
    build: ({ visits, outcomes }) => {
      void outcomes.validate({ price: { min: 0, onFail: 'quarantine' } })
      const member = visits.label({ value: (one) => one.member, after: `${DELAY}ms` })
      const rows = visits.featurize({ amount: 'amount' })
      return rows.predict(member, {
        model: isLinear ? logisticRegression() : gaussianNaiveBayes(),
        challengers: hasChallenger ? [priorClass()] : [],
        drift: { loss: adwin() },
        retrain,
        gate,
      })
    },
  })
  return buildGraph(stream, visitSchemas)
}

/** One visit a millisecond; the concept turns at each of the given rows. */
export function turningVisits(count: number, turns: readonly number[] = [], seed = 1): Arrived[] {
  const random = new SeededRandom(seed)
  let sign = 1
  return Array.from({ length: count }, (_, i) => {
    if (turns.includes(i)) sign = -sign
    const amount = random.nextInt(8) - 3.5
    const isUsual = random.next() < 0.9
    return visit(String(i), i, { amount, member: amount * sign > 0 === isUsual })
  })
}

/** A run that trains in place, as a backtest does. */
export function trainingRun(graph: Graph): Run {
  const run = new Run(graph)
  run.state.race.trainer = inlineTrainer(run.state)
  return run
}

/** The kinds of events, in order, with the versions. */
export function steps(models: readonly ModelEvent[]): string[] {
  return models.map(({ kind, version }) => `${kind} ${version}`)
}

/** The role of each model, by version. */
export function roles({ models }: LearningState): Record<string, string> {
  return Object.fromEntries(models.slots.flatMap((slot) => (slot === undefined ? [] : [[slot.version, slot.role]])))
}
