import { MillraceProcess, runMillrace } from './test/process/millrace-process.ts'
import { setTimeout as wait } from 'node:timers/promises'
const data = process.argv[2]
const env = { MILLRACE_COMMIT_INTERVAL: '10ms' }
for (let k = 0; k < 10; k++) {
  const p = new MillraceProcess(['run', 'flight-delay', '--until-caught-up', '--data', data], env)
  await p.said(/running {2}/)
  await wait(50 + Math.random() * 450)
  p.signal('SIGKILL'); console.log(await p.ended(), p.output.split('\n').at(-2), p.errors.slice(0,300))
}
console.log(await runMillrace(['run', 'flight-delay', '--until-caught-up', '--data', data], env))
