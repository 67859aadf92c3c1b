import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { SeededRandom } from '../../src/stats/seeded-random.ts'
import { faultPoints } from '../../src/testing/fault-points.ts'
import { cutPower } from './cut-power.ts'
import { type EmbeddedOutcome, prepareDirectory } from './embedded-run.ts'
import { killAt, TaskProcess } from './kill-task.ts'
import { writeResults } from './results-file.ts'

const FLIGHTS = 3000
const RANDOM_KILLS = 200
const POWER_CUTS = 200
const root = mkdtempSync(join(tmpdir(), 'millrace-faults-'))
const prepared = join(root, 'prepared')
const results: Record<string, unknown> = {}
let undisturbed: EmbeddedOutcome

beforeAll(async () => {
  await prepareDirectory(prepared, FLIGHTS)
  undisturbed = await new TaskProcess(fresh('undisturbed')).outcome()
  if (undisturbed.predictions !== FLIGHTS) throw new Error(`${undisturbed.predictions} predictions`)
})

afterAll(() => {
  rmSync(root, { recursive: true, force: true })
  writeResults('task', { flights: FLIGHTS, ...results })
})

/** A data directory of its own, prepared. */
function fresh(name: string): string {
  const directory = join(root, name)
  rmSync(directory, { recursive: true, force: true })
  cpSync(prepared, directory, { recursive: true })
  return directory
}

describe('a task on the embedded log', () => {
  it('is killed at every await, and publishes what an undisturbed run does', async () => {
    // No process of the embedded log sees markers or, with its snapshots written by a worker, blobs being deleted one by one.
    const points = faultPoints.filter((point) => !point.includes('marker') && !point.includes('put schema'))
    const hit = new Set<string>()
    let kills = 0
    for (const [i, point] of points.entries()) {
      const directory = fresh('points')
      // Only a start from a snapshot reads pages.
      if (point.endsWith('get pages')) expect(await killAt(directory, 'after trim', 1)).toBe(true)
      for (const nth of [1, 2, 5]) {
        if (!(await killAt(directory, point, nth))) break
        hit.add(point)
        kills++
      }
      expect([point, await new TaskProcess(directory).outcome()]).toEqual([point, undisturbed])
      if (i % 10 === 0) console.log(`${i} of ${points.length} points`)
    }
    results.points = { tried: points.length, hit: hit.size, kills, missed: points.filter((point) => !hit.has(point)) }
    expect(points.filter((point) => !hit.has(point))).toEqual([])
  })

  it(`is killed at ${RANDOM_KILLS} random moments`, async () => {
    const random = new SeededRandom(1)
    let kills = 0
    let runs = 0
    while (kills < RANDOM_KILLS) {
      const directory = fresh('moments')
      runs++
      for (let i = 0; i < 8 && kills < RANDOM_KILLS; i++) {
        if (!(await new TaskProcess(directory).killAfter(random.nextInt(250)))) break
        kills++
      }
      expect([runs, await new TaskProcess(directory).outcome()]).toEqual([runs, undisturbed])
    }
    results.moments = { kills, runs }
  })

  it(`loses power ${POWER_CUTS} times`, async () => {
    const random = new SeededRandom(2)
    const copies = join(root, 'copies')
    const child = new TaskProcess(fresh('power'), { MILLRACE_TEST_COPY: `${copies} 7` })
    expect(await child.outcome()).toEqual(undisturbed)
    const names = readdirSync(copies)
    expect(names.length).toBeGreaterThan(10)
    let inside = 0
    for (let cut = 0; cut < POWER_CUTS; cut++) {
      const directory = join(root, 'wreck')
      if (await cutPower(join(copies, names[cut % names.length]), directory, random)) inside++
      expect([cut, await new TaskProcess(directory).outcome()]).toEqual([cut, undisturbed])
    }
    expect(inside).toBeGreaterThan(POWER_CUTS / 2)
    results.powerCuts = { cuts: POWER_CUTS, insideOfACommit: inside, places: names.length }
  })

  it.runIf(process.platform === 'linux' && process.getuid?.() === 0)(
    'meets a full disk, stops cleanly, and goes on when there is room',
    async () => {
      const disk = join(root, 'disk')
      mkdirSync(disk)
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1500k', 'none', disk])
      try {
        const directory = join(disk, 'data')
        cpSync(prepared, directory, { recursive: true })
        const failures = []
        for (let attempt = 0; attempt < 3; attempt++) failures.push(await new TaskProcess(directory).failure())
        expect(failures[0]?.code).toBe('MILLRACE_LOG_DISK_FULL')
        expect(failures).not.toContain(undefined)
        execFileSync('mount', ['-o', 'remount,size=200m', disk])
        expect(await new TaskProcess(directory).outcome()).toEqual(undisturbed)
        results.fullDisk = { failures }
      } finally {
        execFileSync('umount', [disk])
      }
    },
  )

  it('meets the bound of its log, and goes on when it is raised', async () => {
    const directory = fresh('bound')
    const bounded = new TaskProcess(directory, { MILLRACE_TEST_BYTES: '480000' })
    expect(await bounded.failure()).toMatchObject({ code: 'MILLRACE_LOG_DISK_FULL' })
    expect(await new TaskProcess(directory).outcome()).toEqual(undisturbed)
  })
})
