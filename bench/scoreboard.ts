/**
 * What evaluation costs: nanoseconds of CPU per outcome and model of the scoreboard (all seven binary metrics, whole-run,
 * rolling and fading), of the cohorts, and per value of ADWIN. `node bench/scoreboard.ts [outcomes]`
 */
import { adwin } from '../src/drift/adwin.ts'
import { Cohorts } from '../src/evaluate/cohorts.ts'
import { Scoreboard } from '../src/evaluate/scoreboard.ts'
import { SeededRandom } from '../src/stats/seeded-random.ts'

const MODELS = 5
const DAY = 17_000
const outcomes = Number(process.argv[2] ?? 1_000_000)
const rounds = 5

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

const scoreboard = (): number => {
  const board = new Scoreboard({ problem: 'binary', classes: 2, models: MODELS })
  for (let i = 0; i < outcomes; i++) {
    const last = i > 0 ? labels[i - 1] : NaN
    for (let m = 0; m < MODELS; m++) board.update(m, labels[i], out, (i * MODELS + m) * 2, last, 1)
  }
  return board.read(0).whole.values['roc-auc']
}
const cohorts = (): number => {
  const kept = new Cohorts({ problem: 'binary', classes: 2, models: MODELS })
  for (let i = 0; i < outcomes; i++) {
    kept.predicted(Math.floor(i / DAY))
    const last = i > 0 ? labels[i - 1] : NaN
    const slot = kept.resolved(Math.floor(i / DAY))
    for (let m = 0; m < MODELS; m++) kept.update(slot, m, labels[i], out, (i * MODELS + m) * 2, last, 1)
  }
  kept.passed(Infinity)
  return kept.read(0).mean.values['roc-auc']
}
const detector = (): number => {
  const running = adwin().build()
  let signals = 0
  for (let i = 0; i < outcomes; i++) signals += running.update(labels[i])
  return signals
}

for (const [name, run, per] of [
  ['scoreboard', scoreboard, MODELS],
  ['cohorts', cohorts, MODELS],
  ['adwin', detector, 1],
] as const) {
  const value = run()
  const times: number[] = []
  for (let round = 0; round < rounds; round++) {
    const before = process.cpuUsage()
    if (run() !== value) throw new Error(`${name}: another result on the same rows`)
    const { user, system } = process.cpuUsage(before)
    times.push(((user + system) * 1_000) / (outcomes * per))
  }
  times.sort((a, b) => a - b)
  console.log(
    `${name}: ${times[rounds >> 1].toFixed(1)} ns of CPU (${times[0].toFixed(1)} to ${times[rounds - 1].toFixed(1)}), result ${value}`,
  )
}
