import { faultPoints } from '../../src/testing/fault-points.ts'
import { runSimulation } from '../../src/testing/index.ts'
import { paymentCase } from './payments.ts'
const payments = await paymentCase()
for (const [point, name] of faultPoints.entries()) {
  for (let seed = 0; seed < 10; seed++) {
    const plan = { crashAt: { point, nth: 1 }, crash: seed % 2 === 0 ? 0 : 0.01, snapshotRows: 5, steps: 500, corruption: 0, mutation: 0, trimming: 0 }
    const lines: string[] = []
    const report = await runSimulation(payments, seed, { plan, trace: (l) => lines.push(l) })
    if (report.failure !== undefined) { console.log(name, seed); console.log(lines.slice(-60).join('\n')); console.log(report); process.exit() }
  }
}
