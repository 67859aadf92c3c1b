import { runSimulation } from '../../src/testing/index.ts'
import { paymentCase } from './payments.ts'
const payments = await paymentCase()
const plan = { crashAt: { point: 9, nth: 1 }, crash: 0, snapshotRows: 5, steps: 500, corruption: 0, mutation: 0, trimming: 0 }
const report = await runSimulation(payments, 0, { plan, trace: (l) => { if (!/poll|pause/.test(l)) console.log(l) } })
console.log(report.failure)
