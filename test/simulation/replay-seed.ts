// Runs one seed of the simulator and tells all that happens: node test/simulation/replay-seed.ts <seed> [guard that is off] ...
import { runSimulation } from '../../src/testing/run-simulation.ts'
import { paymentCase } from './payments.ts'

const [seed, ...off] = process.argv.slice(2)
const guards = Object.fromEntries(off.map((guard) => [guard, false]))
const report = await runSimulation(await paymentCase(), Number(seed), { guards, trace: (line) => console.log(line) })
console.log(report)
process.exitCode = report.failure === undefined ? 0 : 1
