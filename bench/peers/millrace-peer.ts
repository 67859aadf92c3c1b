/**
 * A learner of Millrace over rows that lie in memory, in a process of its own, as its peers run: predict, then learn.
 * Arguments: the learner's description in JSON, the file of rows, the numbers a row, the classes (1 for regression), how
 * many rows to learn (the file is cycled), and how many a model to be thrown away learns before. Prints a `PeerRun`.
 */
import { readFileSync } from 'node:fs'
import { learnerOf } from '../../src/lifecycle/learner-of.ts'
import type { Target } from '../../src/learners/learner.ts'
import { rowSchema } from '../../src/transforms/row-schema.ts'

const [description, path, ...numbers] = process.argv.slice(2)
const [width, classes, count, warm] = numbers.map(Number)
const bytes = readFileSync(path)
const doubles = new Float64Array(bytes.buffer, bytes.byteOffset, bytes.length / 8)
const learner = learnerOf(JSON.parse(description))
const schema = rowSchema(Array.from({ length: width }, (_, i) => ({ name: `x${i}`, kind: 'number', size: 1 })))
const target: Target =
  classes > 1 ? { problem: classes > 2 ? 'multiclass' : 'binary', classes } : { problem: 'regression', classes: 1 }

pass(warm)
const cpu = process.cpuUsage()
const wall = performance.now()
const score = pass(count)
const wallSeconds = (performance.now() - wall) / 1000
const { user, system } = process.cpuUsage(cpu)
console.log(JSON.stringify({ score, wallSeconds, cpuSeconds: (user + system) / 1e6 }))

function pass(rows: number): number {
  const running = learner.build(schema, target)
  const out = new Float64Array(running.outputs)
  let sum = 0
  for (let i = 0, at = 0; i < rows; i++) {
    const label = doubles[at + width]
    running.predictThenLearn(doubles, at, label, 1, out, 0)
    sum += classes > 1 ? right(out, label) : Math.abs(out[0] - label)
    at += width + 1
    if (at === doubles.length) at = 0
  }
  return sum
}

/** 1 where the label's class is the likeliest, the first of equal ones. */
function right(out: Float64Array, label: number): number {
  let best = 0
  for (let c = 1; c < classes; c++) if (out[c] > out[best]) best = c
  return best === label ? 1 : 0
}
