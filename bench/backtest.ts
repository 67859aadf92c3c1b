/**
 * The stream `flight-delay` over three million real flights, as fast as the machine can: a whole process, from its start
 * to its end, reading the file included. `npm run bench:backtest -- --date <day>`
 */
import { benchArguments } from './bench-arguments.ts'
import { expectEqual } from './expect-equal.ts'
import type { FlightBacktest } from './flight-backtest.ts'
import type { FlightVariant } from './flight-graph.ts'
import { type BenchCase, runBench } from './run-bench.ts'
import { runChild } from './run-child.ts'

const EVENTS = 6_000_000
const NEVER_LANDED_IN_TIME = 78 // rows of the data with an impossible delay: quarantined, so their flights stay unlabelled

const { settings, date } = benchArguments({ rounds: 3 })
const digests = new Map<FlightVariant, string>()

await runBench<{ asDefined: FlightBacktest; alone: FlightBacktest }>({
  name: 'backtest',
  about: 'flight-delay over 3M real flights (6M events), the whole process, reading the file included',
  date,
  settings,
  warmUps: 1,
  checked: [
    '6,000,000 events, 3,000,000 predictions, 2,999,922 labels learned',
    'mean daily AUC >= 0.715, log loss >= 7 % below the best baseline',
    'the same model bits in every round',
  ],
  cases: { asDefined: flightCase('as-defined'), alone: flightCase('no-challengers') },
  figures: [
    {
      what: 'as defined: champion, challenger, baselines, drift, retraining',
      unit: 'events per CPU-second',
      of: ({ asDefined }) => EVENTS / asDefined.cpuSeconds,
      bar: { atLeast: 300_000 },
    },
    {
      what: 'without challengers',
      unit: 'events per CPU-second',
      of: ({ alone }) => EVENTS / alone.cpuSeconds,
      bar: { atLeast: 400_000 },
    },
    { what: 'as defined', unit: 'events per second', of: ({ asDefined }) => EVENTS / asDefined.wallSeconds },
    { what: 'without challengers', unit: 'events per second', of: ({ alone }) => EVENTS / alone.wallSeconds },
    {
      what: 'mean daily AUC, as defined',
      unit: '',
      of: ({ asDefined }) => asDefined.output.dailyAuc,
      bar: { atLeast: 0.715 },
    },
    {
      what: 'log loss below the best baseline, as defined',
      unit: '%',
      of: ({ asDefined }) => gain(asDefined.output),
      bar: { atLeast: 7 },
    },
  ],
})

function flightCase(variant: FlightVariant): BenchCase<FlightBacktest> {
  return {
    run: () => runChild('flight-backtest.ts', [variant, String(EVENTS)]),
    check: (output) => {
      const { events, predictions, learned, digest } = output
      expectEqual(
        'what was counted',
        { events, predictions, learned },
        { events: EVENTS, predictions: EVENTS / 2, learned: EVENTS / 2 - NEVER_LANDED_IN_TIME },
      )
      expectEqual('the model', digest, digests.get(variant) ?? digest)
      digests.set(variant, digest)
      if (!(output.dailyAuc >= 0.715))
        throw new Error(`the mean daily AUC is ${output.dailyAuc}, below 0.715: no speed is printed`)
      if (!(gain(output) >= 7))
        throw new Error(`the log loss is only ${gain(output)} % below the best baseline: no speed is printed`)
    },
  }
}

/** By how many percent the log loss is below that of the best baseline. */
function gain({ logLoss, baselines }: FlightBacktest): number {
  return 100 * (1 - logLoss / Math.min(...Object.values(baselines)))
}
