import { describe, expect, it } from 'vitest'
import {
  hoeffdingTreeRegressor,
  streamingRandomPatches,
  streamingRandomPatchesRegressor,
} from '../../../src/learners/index.ts'
import { patchLayout } from '../../../src/learners/ensembles/patch-layout.ts'
import { drawPatch } from '../../../src/learners/ensembles/draw-patch.ts'
import type { Learner, Target } from '../../../src/learners/learner.ts'
import { SeededRandom } from '../../../src/stats/seeded-random.ts'
import { rowLayout } from '../../../src/transforms/row-layout.ts'
import { rowSchema } from '../../../src/transforms/row-schema.ts'
import { type Draw, plantedRows } from '../trees/planted-rows.ts'

const { build, numbers, teach, teachValues } = plantedRows
const codes = ['hour', 'place'].map((name, i) => ({ name, kind: 'category', size: 4 + i }) as const)
const mixed = [numbers('a')[0], codes[0], numbers('b')[0], codes[1]]

describe('a patch', () => {
  it('is the layout of the columns chosen, whose codes are laid end to end', () => {
    const layout = patchLayout(rowLayout(rowSchema(mixed)), Int32Array.of(2, 3))
    expect(layout).toEqual({
      width: 4,
      numberAt: Int32Array.of(2),
      codeAt: Int32Array.of(3),
      codeSize: Int32Array.of(5),
      codeBase: Int32Array.of(0),
      codeSlots: 5,
    })
  })

  it('takes the share asked for, each column as often as another, and two at least', () => {
    const layout = rowLayout(rowSchema(numbers('a', 'b', 'c', 'd', 'e')))
    const random = new SeededRandom(1)
    const drawn = new Float64Array(5)
    for (let n = 0; n < 5_000; n++) {
      const patch = drawPatch(layout, 0.6, random)
      expect(new Set(patch).size).toBe(3)
      for (const at of patch) drawn[at]++
    }
    for (const times of drawn) expect(Math.abs(times - 3_000)).toBeLessThan(4 * Math.sqrt(5_000 * 0.24))
    expect(drawPatch(layout, 0.01, random).length).toBe(2)
    expect(drawPatch(rowLayout(rowSchema(numbers('a'))), 0.5, random).length).toBe(1)
  })
})

describe('streaming random patches', () => {
  const draw =
    (at: number): Draw =>
    (random, row, n) => {
      row[0] = random.next()
      row[1] = random.nextInt(4)
      row[2] = random.next()
      row[3] = random.nextInt(5)
      return (row[0] > 0.5 === row[1] < 2) === n < at ? 1 : 0
    }

  it('find what matters among numbers and categories that no tree sees all of', () => {
    expect(teach(build(streamingRandomPatches(), mixed), 4, 20_000, draw(Infinity))).toBeGreaterThan(0.9)
  })

  it('replace trees after all has changed', () => {
    expect(teach(build(streamingRandomPatches({ columns: 0.75 }), mixed), 4, 20_000, draw(14_000))).toBeGreaterThan(0.9)
  })

  it('saved with trees in the background go on as if never stopped', () => {
    const learner = streamingRandomPatches({ trees: 4, warningDelta: 0.5 })
    const running = build(learner, mixed)
    teach(running, 4, 3_000, draw(2_500))
    const saved = running.save()
    const resumed = learner.build(rowSchema(mixed), { problem: 'binary', classes: 2 }, saved)
    expect(Buffer.compare(resumed.save(), saved)).toBe(0)
    teach(running, 4, 3_000, draw(0), 9)
    teach(resumed, 4, 3_000, draw(0), 9)
    expect(Buffer.compare(resumed.save(), running.save())).toBe(0)
  })

  it('of values are nearer than one tree, and follow what has changed', () => {
    const slopes =
      (at: number): Draw =>
      (random, row, n) => {
        for (let j = 0; j < 4; j++) row[j] = random.next()
        const value = 10 * row[0] * row[1] + 5 * row[2] * row[2] + row[3]
        return n < at ? value : 20 - value
      }
    const target: Target = { problem: 'regression', classes: 1 }
    const columns = numbers('a', 'b', 'c', 'd')
    const distance = (learner: Learner, at: number) =>
      teachValues(build(learner, columns, target), 4, 12_000, slopes(at))
    const patches = streamingRandomPatchesRegressor({ columns: 1 })
    const tree = hoeffdingTreeRegressor()
    expect(distance(patches, Infinity)).toBeLessThan(distance(tree, Infinity))
    expect(distance(patches, 8_000)).toBeLessThan(0.5 * distance(tree, 8_000))
  })
})
