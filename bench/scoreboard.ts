/**
 * What evaluation costs: nanoseconds of CPU per outcome and model of the scoreboard (all binary metrics; whole-run,
 * rolling and fading), of the cohorts, and per value of ADWIN. `npm run bench:scoreboard -- --date <day>`
 */
import { adwin } from '../src/drift/adwin.ts'
import { Cohorts } from '../src/evaluate/cohorts.ts'
import { Scoreboard } from '../src/evaluate/scoreboard.ts'
import { SeededRandom } from '../src/stats/seeded-random.ts'
import { benchArguments } from './bench-arguments.ts'
import { expectEqual } from './expect-equal.ts'
import { type BenchCase, runBench } from './run-bench.ts'

const MODELS = 5
const DAY = 17_000 // outcomes

const { settings, date } = benchArguments({ rounds: 5, outcomes: 1_000_000 })
const { outcomes } = settings
const random = new SeededRandom(1)
const out = new Float64Array(outcomes * 2 * MODELS)
const labels = new Uint8Array(outcomes)
for (let i = 0; i < outcomes; i++) {
  const truth = 0.05 + 0.5 * random.next() * random.next()
  labels[i] = random.next() < truth ? 1 : 0
  for (let model = 0; model < MODELS; model++) {
    const p = Math.min(0.999, Math.max(0.001, truth + (0.02 + 0.02 * model) * random.normal()))
    out[(i * MODELS + model) * 2] = 1 - p
    out[(i * MODELS + model) * 2 + 1] = p
  }
}

const first = new Map<string, number>()
const nanoseconds = (cpuSeconds: number, models: number): number => (cpuSeconds * 1e9) / (outcomes * models)

await runBench<{ scoreboard: number; cohorts: number; adwin: number }>({
  name: 'scoreboard',
  about: `evaluation of ${outcomes / 1e6}M outcomes of ${MODELS} models`,
  date,
  settings,
  warmUps: 1,
  checked: ['the same area under the curve, and as many signals, in every round'],
  cases: {
    scoreboard: sameCase('scoreboard', scoreboard),
    cohorts: sameCase('cohorts', cohorts),
    adwin: sameCase('adwin', detector),
  },
  figures: [
    {
      what: 'scoreboard, an outcome of a model',
      unit: 'ns of CPU',
      of: (round) => nanoseconds(round.scoreboard.cpuSeconds, MODELS),
    },
    {
      what: 'cohorts, an outcome of a model',
      unit: 'ns of CPU',
      of: (round) => nanoseconds(round.cohorts.cpuSeconds, MODELS),
    },
    { what: 'ADWIN, a value', unit: 'ns of CPU', of: (round) => nanoseconds(round.adwin.cpuSeconds, 1) },
  ],
})

function sameCase(name: string, run: () => number): BenchCase<number> {
  return {
    run,
    check: (value) => {
      if (!(value > 0)) throw new Error(`${name} gave ${value}: no speed is printed`)
      expectEqual(name, value, first.get(name) ?? value)
      first.set(name, value)
    },
  }
}

function scoreboard(): number {
  const board = new Scoreboard({ problem: 'binary', classes: 2, models: MODELS })
  for (let i = 0; i < outcomes; i++) {
    const last = i > 0 ? labels[i - 1] : Number.NaN
    for (let m = 0; m < MODELS; m++) board.update(m, board.set.look(labels[i], out, (i * MODELS + m) * 2, last, 1))
  }
  return board.read(0).whole.values['roc-auc']
}

function cohorts(): number {
  const kept = new Cohorts({ problem: 'binary', classes: 2, models: MODELS })
  for (let i = 0; i < outcomes; i++) {
    kept.predicted(Math.floor(i / DAY))
    const last = i > 0 ? labels[i - 1] : Number.NaN
    const slot = kept.resolved(Math.floor(i / DAY))
    for (let m = 0; m < MODELS; m++) {
      kept.update(slot, m, kept.set.look(labels[i], out, (i * MODELS + m) * 2, last, 1))
    }
  }
  kept.passed(Number.POSITIVE_INFINITY)
  return kept.read(0).mean.values['roc-auc']
}

function detector(): number {
  const running = adwin().build()
  let signals = 0
  for (let i = 0; i < outcomes; i++) signals += running.update(labels[i])
  return signals + 1 // none is a right answer, too
}
