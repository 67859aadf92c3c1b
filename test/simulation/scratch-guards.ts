import { runSimulation } from '../../src/testing/run-simulation.ts'
import { paymentCase } from './payments.ts'
const c = await paymentCase()
for (const guard of process.argv.slice(2)) {
  let seed = 0
  for (; seed < 1000; seed++) {
    const r = await runSimulation(c, seed, { guards: { [guard]: false } }).catch((e) => ({
      failure: 'THROWN ' + e.stack,
    }))
    if (r.failure !== undefined) {
      console.log(guard, seed, r.failure.slice(0, 300))
      break
    }
  }
  if (seed === 1000) console.log(guard, 'NEVER')
}
