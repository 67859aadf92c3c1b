import { spawnSync } from 'node:child_process'
import { expect, it } from 'vitest'
import { spent } from '../../bench/spent.ts'

const BUSY = 'const end = process.cpuUsage().user + 3e5; while (process.cpuUsage().user < end);'

it('counts the CPU time of this process and gives what the work gave', async () => {
  const { output, cpuSeconds, wallSeconds } = await spent(() => {
    const end = process.cpuUsage().user + 5e4
    while (process.cpuUsage().user < end);
    return 'done'
  })
  expect(output).toBe('done')
  expect(cpuSeconds).toBeGreaterThanOrEqual(0.05)
  expect(wallSeconds).toBeGreaterThan(0)
})

it.runIf(process.platform === 'linux')('counts the CPU time of child processes', async () => {
  const { cpuSeconds } = await spent(() => void spawnSync(process.execPath, ['-e', BUSY]))
  expect(cpuSeconds).toBeGreaterThanOrEqual(0.3)
})
