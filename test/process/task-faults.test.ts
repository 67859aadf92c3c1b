import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { SeededRandom } from '../../src/stats/seeded-random.ts'
import { prepareDirectory } from '../faults/embedded-run.ts'
import { killAt, TaskProcess } from '../faults/kill-task.ts'

// A short form of test/faults/task.test.ts.
const root = mkdtempSync(join(tmpdir(), 'millrace-task-faults-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

test('a task killed around its commits and at random moments publishes and learns what an undisturbed one does', async () => {
  const prepared = join(root, 'prepared')
  const undisturbed = join(root, 'undisturbed')
  const killed = join(root, 'killed')
  await prepareDirectory(prepared, 1000)
  cpSync(prepared, undisturbed, { recursive: true })
  cpSync(prepared, killed, { recursive: true })
  const expected = await new TaskProcess(undisturbed).outcome()
  expect(expected.predictions).toBe(1000)
  const points = [
    'before first commit',
    'after first commit',
    'before send',
    'before commit',
    'after commit',
    'after put manifest',
  ]
  for (const point of points) expect([point, await killAt(killed, point, 1)]).toEqual([point, true])
  expect(await new TaskProcess(killed).outcome()).toEqual(expected)

  const random = new SeededRandom(3)
  rmSync(killed, { recursive: true })
  cpSync(prepared, killed, { recursive: true })
  for (let kill = 0; kill < 5; kill++) await new TaskProcess(killed).killAfter(random.nextInt(60))
  expect(await new TaskProcess(killed).outcome()).toEqual(expected)
})
