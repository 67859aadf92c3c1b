/** The program that `backtest.ts` and `embedded.ts` measure: a whole process that backtests a variant of `flight-delay`. */
import { backtest } from '../src/backtest/backtest.ts'
import { flightGraph, type FlightVariant } from './flight-graph.ts'
import { flightHistory } from './flight-history.ts'
import { modelDigest } from './model-digest.ts'

export interface FlightBacktest {
  readonly events: number
  readonly predictions: number
  readonly learned: number
  readonly dailyAuc: number
  readonly logLoss: number
  /** Log loss by baseline. */
  readonly baselines: Readonly<Record<string, number>>
  readonly digest: string
}

const [variant, events] = process.argv.slice(2)
const { graph } = await flightGraph(variant as FlightVariant)
const { scores, state, ...result } = await backtest(graph, flightHistory(Number(events)))
const [served, ...baselines] = scores
const found: FlightBacktest = {
  events: result.events,
  predictions: result.predictions,
  learned: state.count('learned'),
  dailyAuc: served.cohorts.mean.values['roc-auc'],
  logLoss: served.whole.values['log-loss'],
  baselines: Object.fromEntries(baselines.map(({ name, whole }) => [name, whole.values['log-loss']])),
  digest: modelDigest(state),
}
console.log(JSON.stringify(found))
