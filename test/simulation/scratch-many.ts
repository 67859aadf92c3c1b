import { runSimulation } from '../../src/testing/run-simulation.ts'
import { paymentCase } from './payments.ts'
const [from, to, ...off] = process.argv.slice(2)
const guards = Object.fromEntries(off.map((guard) => [guard, false]))
const c = await paymentCase()
const t = performance.now()
const outcomes: Record<string, number> = {}
const crashes = new Map<string, number>()
const faults: Record<string, number> = {}
let failures = 0,
  steps = 0
for (let seed = Number(from); seed < Number(to); seed++) {
  const r = await runSimulation(c, seed, { guards })
  outcomes[r.failure === undefined ? r.outcome : 'FAILED'] =
    (outcomes[r.failure === undefined ? r.outcome : 'FAILED'] ?? 0) + 1
  for (const p of r.crashes) crashes.set(p, (crashes.get(p) ?? 0) + 1)
  for (const [k, v] of Object.entries(r.faults)) faults[k] = (faults[k] ?? 0) + v
  steps += r.steps
  if (r.failure !== undefined && failures++ < 8) console.log(seed, r.failure.slice(0, 400))
}
const s = (performance.now() - t) / 1000
console.log(
  outcomes,
  faults,
  crashes.size,
  'points',
  steps / (Number(to) - Number(from)),
  'steps/run',
  (((Number(to) - Number(from)) / s) * 60).toFixed(0),
  'runs/min',
)
import { faultPoints } from '../../src/testing/fault-points.ts'
console.log(
  'never',
  faultPoints.filter((p) => !crashes.has(p)),
)
