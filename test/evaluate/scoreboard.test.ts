import { expect, test } from 'vitest'
import type { MetricSet } from '../../src/evaluate/metric-set.ts'
import { Scoreboard, type ScoreboardOptions } from '../../src/evaluate/scoreboard.ts'
import { Pages } from '../../src/stats/pages.ts'
import { outcomesOf } from '../contracts/metric-suite.ts'
import { SnapshotShadow, stateBytes } from '../contracts/snapshot-shadow.ts'

const options: ScoreboardOptions = { problem: 'binary', classes: 2, models: 3, rollingLength: 1000, panes: 10 }
const streams = [1, 2, 3].map((seed) => outcomesOf('binary', 2345, seed))

function feed(board: Scoreboard, from: number, to: number, models = [0, 1, 2]): void {
  for (let i = from; i < to; i++) {
    for (const model of models) {
      const { label, out, last } = streams[model][i]
      board.update(model, board.set.look(label, Float64Array.from(out), 0, last, 1))
    }
  }
}

/** The values over outcomes from `from` on, each weighing `weight(i)`. */
function direct(board: Scoreboard, model: number, from: number, weight: (i: number) => number = () => 1) {
  const set: MetricSet = board.set
  const pages = new Pages(new Float64Array(set.width))
  for (let i = from; i < streams[model].length; i++) {
    const { label, out, last } = streams[model][i]
    set.update(pages, 0, label, Float64Array.from(out), 0, last, weight(i))
  }
  return { values: set.read(pages.values, 0), standardErrors: set.standardErrors(pages.values, 0) }
}

function near(actual: Record<string, number>, expected: Record<string, number>): void {
  expect(Object.keys(actual)).toEqual(Object.keys(expected))
  for (const [name, value] of Object.entries(actual)) expect(value, name).toBeCloseTo(expected[name], 10)
}

test('whole run, rolling and fading figures are those of the outcomes that they say they cover', () => {
  const board = new Scoreboard(options)
  feed(board, 0, 2345)
  const fading = 1 - 1 / 1001
  for (const model of [0, 1, 2]) {
    const scores = board.read(model)
    expect(scores.outcomes).toBe(2345)
    const whole = direct(board, model, 0)
    near(scores.whole.values, whole.values)
    near(scores.whole.standardErrors, whole.standardErrors)
    near(scores.rolling.values, direct(board, model, 1300).values) // ten full panes of 100 and the open one
    const after = (i: number): number => (i < 2300 ? 2345 - 100 * Math.floor(i / 100 + 1) : 0) // outcomes after its pane
    near(scores.fading.values, direct(board, model, 0, (i) => fading ** after(i)).values)
  }
})

test('many panes later the fading figures still stand', () => {
  const board = new Scoreboard({ ...options, models: 1, rollingLength: 10, panes: 10, fading: 0.5 })
  feed(board, 0, 2345, [0])
  expect(board.outcomes(0)).toBe(2345)
  near(board.read(0).fading.values, direct(board, 0, 2245, (i) => 0.5 ** (2344 - i)).values)
})

test('goes on from the pages that said they changed as if never stopped', () => {
  const undisturbed = new Scoreboard(options)
  const shadow = new SnapshotShadow()
  let board = new Scoreboard(options)
  let from = 0
  for (const to of [1, 99, 100, 101, 730, 731, 2000, 2345]) {
    feed(board, from, to)
    shadow.take(board)
    board = shadow.restore(new Scoreboard(options))
    from = to
  }
  feed(undisturbed, 0, 2345)
  expect(stateBytes(board)).toEqual(stateBytes(undisturbed))
  expect(board.read(1)).toEqual(undisturbed.read(1))
})

test('models can change places, and one can begin anew', () => {
  const board = new Scoreboard(options)
  const shadow = new SnapshotShadow()
  feed(board, 0, 500)
  shadow.take(board)
  const [zero, one, two] = [0, 1, 2].map((model) => board.read(model))
  board.swap(0, 2)
  board.reset(1)
  expect(board.read(0)).toEqual(two)
  expect(board.read(2)).toEqual(zero)
  expect(board.outcomes(1)).toBe(0)
  expect(board.read(1).whole.values.accuracy).toBeNaN()
  shadow.take(board)
  expect(stateBytes(shadow.restore(new Scoreboard(options)))).toEqual(stateBytes(board))
  feed(board, 0, 500, [1])
  expect(board.read(1)).toEqual(one)
})

test('refuses options out of range', () => {
  for (const wrong of [{ models: 0 }, { rollingLength: 0 }, { panes: 1.5 }, { fading: 0 }, { fading: 1.1 }]) {
    expect(() => new Scoreboard({ ...options, ...wrong })).toThrow(/out of range/)
  }
})
