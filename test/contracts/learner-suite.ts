import assert from 'node:assert/strict'
import { priorClass } from '../../src/learners/baselines/prior-class.ts'
import { priorMean } from '../../src/learners/baselines/prior-mean.ts'
import type { Learner, RunningLearner, Target } from '../../src/learners/learner.ts'
import { SeededRandom } from '../../src/stats/seeded-random.ts'
import { encodeBinary } from '../../src/stats/binary-format.ts'
import { type RowSchema, rowSchema } from '../../src/transforms/row-schema.ts'
import { type LabelledRows, suiteRows, withExtremes } from './learner-rows.ts'
import { longRows, trainedRows } from './row-counts.ts'

/** A learner over certain rows with a certain target, as the suite tests it. */
export interface LearnerSubject {
  readonly name: string
  readonly learner: Learner
  readonly schema: RowSchema
  readonly target: Target
  /** It must beat the prior on the suite's rows. Not for baselines. */
  readonly learns: boolean
  /** Its rows come scaled, as a linear model needs them where no scaler is before it. */
  readonly scaled?: boolean
  /** Its numbers are counts. */
  readonly counts?: boolean
  /** Its probabilities are a squashed margin: they are judged by the class they are for. */
  readonly squashed?: boolean
  /** A weight multiplies the change of the margin exactly: plain gradient steps without a learned transform before. */
  readonly exactlyLinear?: boolean
  /** Bytes that its state may reach; default: what it has at the start. */
  readonly bound?: number
}

const LEARNED = 10_000 // rows after which every learner has learned something

/** The checks every learner must pass: each throws where the contract is broken. */
export const learnerChecks: Readonly<Record<string, (subject: LearnerSubject) => void>> = {
  'is described by plain frozen data': ({ learner, target }) => {
    assert.ok(Object.isFrozen(learner) && Object.isFrozen(learner.parameters))
    assert.deepEqual(JSON.parse(JSON.stringify(learner.parameters)), learner.parameters)
    assert.ok(learner.problems.includes(target.problem))
    assert.ok(['repetitions', 'importance-invariant', 'linear'].includes(learner.weights))
    assert.ok(learner.missing.length > 0)
  },

  'predicts class probabilities or a finite value, before and after learning': (subject) => {
    const data = rowsFor(subject, trainedRows, 1)
    assertValid(subject, predictAll(fresh(subject), data))
    assertValid(subject, run(fresh(subject), data))
  },

  'reads and writes only where it is told': (subject) => {
    const data = rowsFor(subject, 2000, 2)
    const [plain, shifted] = [fresh(subject), fresh(subject)]
    const out = new Float64Array(plain.outputs)
    const wide = new Float64Array(plain.outputs + 10)
    const row = new Float64Array(data.width + 7)
    for (let n = 0; n < data.count; n++) {
      row.fill(NaN)
      row.set(data.rows.subarray(n * data.width, (n + 1) * data.width), 4)
      wide.fill(-7)
      step(plain, data, n, out)
      shifted.arrive?.(row, 4)
      shifted.predictThenLearn(row, 4, data.labels[n], 1, wide, 5)
      assertSame(wide.subarray(5, 5 + out.length), out)
      assert.ok(
        wide.every((value, i) => (i >= 5 && i < 5 + out.length) || value === -7),
        'wrote outside its outputs',
      )
      assertSame(row.subarray(4, 4 + data.width), data.rows.subarray(n * data.width, (n + 1) * data.width))
    }
    assertSame(shifted.save(), plain.save())
  },

  'is deterministic': (subject) => {
    const data = rowsFor(subject, trainedRows, 3)
    const [one, other] = [fresh(subject), fresh(subject)]
    assertSame(run(one, data), run(other, data))
    assertSame(one.save(), other.save())
  },

  'saved, loaded and gone on, equals never having stopped': (subject) => {
    const data = withExtremes(subject.schema, rowsFor(subject, trainedRows + 2000, 4), 4)
    const random = new SeededRandom(4)
    const stops = new Set([0, 1, 2, trainedRows, ...Array.from({ length: 8 }, () => random.nextInt(data.count))])
    const running = fresh(subject)
    const out = new Float64Array(running.outputs)
    const same = new Float64Array(running.outputs)
    let resumed = fresh(subject)
    for (let n = 0; n < data.count; n++) {
      if (stops.has(n)) resumed = subject.learner.build(subject.schema, subject.target, running.save())
      step(running, data, n, out)
      step(resumed, data, n, same)
      assertSame(same, out)
    }
    assertSame(resumed.save(), running.save())
    assert.equal(resumed.byteSize(), running.byteSize())
  },

  'predict changes nothing': (subject) => {
    const data = withExtremes(subject.schema, rowsFor(subject, trainedRows, 5), 5)
    const [watched, left] = [fresh(subject), fresh(subject)]
    const out = new Float64Array(watched.outputs)
    for (let n = 0; n < data.count; n++) {
      watched.predict(data.rows, ((n * 7) % data.count) * data.width, out, 0)
      for (const running of [watched, left]) {
        running.arrive?.(data.rows, n * data.width)
        running.learn(data.rows, n * data.width, data.labels[n], 1)
      }
    }
    const before = watched.save()
    assertSame(before, left.save())
    assertSame(predictAll(watched, data), predictAll(watched, data))
    assertSame(predictAll(watched, data), predictAll(left, data))
    assertSame(watched.save(), before)
  },

  'predictThenLearn equals predict, then learn': (subject) => {
    const data = withExtremes(subject.schema, rowsFor(subject, trainedRows, 6), 6)
    const [fused, apart] = [fresh(subject), fresh(subject)]
    const out = new Float64Array(fused.outputs)
    const same = new Float64Array(fused.outputs)
    for (let n = 0; n < data.count; n++) {
      const weight = n % 5
      step(fused, data, n, out, weight)
      apart.arrive?.(data.rows, n * data.width)
      apart.predict(data.rows, n * data.width, same, 0)
      apart.learn(data.rows, n * data.width, data.labels[n], weight)
      assertSame(same, out)
    }
    assertSame(apart.save(), fused.save())
  },

  'does not know the label of the row it predicts': (subject) => {
    const data = rowsFor(subject, trainedRows, 7)
    const running = fresh(subject)
    const out = new Float64Array(running.outputs)
    const same = new Float64Array(running.outputs)
    for (let n = 0; n < data.count; n++) {
      if (n % 100 === 0) {
        step(running.clone(), { ...data, labels: data.labels.map((label) => (label === 0 ? 1 : 0)) }, n, same)
        step(running, data, n, out)
        assertSame(same, out)
      } else step(running, data, n, out)
    }
  },

  'a missing number is as if its column were not there': (subject) => {
    if (subject.learner.missing !== 'ignored') return
    const data = rowsFor(subject, trainedRows, 8)
    const { columns } = subject.schema
    const dropped = columns.findLastIndex((column) => column.kind === 'number')
    const kept = [...columns.keys()].filter((j) => j !== dropped)
    const rows = Float64Array.from({ length: data.count * kept.length }, (_, i) => {
      return data.rows[Math.floor(i / kept.length) * data.width + kept[i % kept.length]]
    })
    const missing = data.rows.map((value, i) => (i % data.width === dropped ? NaN : value))
    const schema = rowSchema(kept.map((j) => columns[j]))
    const without = subject.learner.build(schema, subject.target)
    assertSame(run(fresh(subject), { ...data, rows: missing }), run(without, { ...data, rows, width: kept.length }))
  },

  'stays finite on missing, huge, tiny, constant and repeated numbers and on codes out of range': (subject) => {
    const data = withExtremes(subject.schema, rowsFor(subject, trainedRows, 9), 9)
    const running = fresh(subject)
    assertValid(subject, run(running, data))
    assertValid(subject, run(running, { ...data, rows: data.rows.map(() => 1e100) }))
    assertValid(subject, run(running, { ...data, rows: data.rows.map((_, i) => (i % 2 === 0 ? 1e-320 : 0)) }))
    assertValid(subject, run(running, rowsFor(subject, trainedRows, 10)))
    for (const weight of [1e-300, 1e-12, 1e12]) assertValid(subject, run(running, data, weight))
    if (subject.target.problem !== 'regression') return
    assertValid(subject, run(running, { ...data, labels: data.labels.map((_, n) => (n % 2 === 0 ? 1e308 : -1e308)) }))
  },

  'a weight of 0 changes nothing': (subject) => {
    const running = fresh(subject)
    const data = rowsFor(subject, trainedRows, 11)
    run(running, data)
    const before = running.save()
    const out = new Float64Array(running.outputs)
    for (let n = 0; n < 100; n++) {
      running.learn(data.rows, n * data.width, data.labels[n], 0)
      running.predictThenLearn(data.rows, n * data.width, data.labels[n], 0, out, 0)
    }
    assertSame(running.save(), before)
  },

  'weights mean what it declares': (subject) => {
    const data = rowsFor(subject, trainedRows, 12)
    const [weighted, repeated, once] = [fresh(subject), fresh(subject), fresh(subject)]
    for (let n = 0; n < data.count; n++) {
      const weight = 1 + (n % 3)
      weighted.learn(data.rows, n * data.width, data.labels[n], weight)
      once.learn(data.rows, n * data.width, data.labels[n], 1)
      for (let i = 0; i < weight; i++) repeated.learn(data.rows, n * data.width, data.labels[n], 1)
    }
    const found = predictAll(weighted, data)
    if (subject.learner.weights === 'repetitions') assertNear(found, predictAll(repeated, data), 1e-9)
    else assert.ok(largestDifference(found, predictAll(once, data)) > 1e-6, 'the weight is ignored')
    if (subject.exactlyLinear) assertLinearStep(subject, once, data)
  },

  'takes a class seen late, a single class and pure noise': (subject) => {
    const { problem, classes } = subject.target
    if (problem === 'regression') return
    const data = rowsFor(subject, LEARNED, 13)
    const running = fresh(subject)
    const single = run(running, { ...data, labels: data.labels.map(() => 0) })
    assertValid(subject, single)
    assert.ok(single.at(-classes)! > (subject.squashed ? 0.5 : 0.9), 'a single class is not learned')
    const late = run(running, { ...data, labels: data.labels.map(() => classes - 1) })
    assertValid(subject, late)
    assert.ok(late.at(-1)! > late[classes - 1], 'a late class is not learned')
    const random = new SeededRandom(13)
    assertValid(subject, run(running, { ...data, labels: data.labels.map(() => random.nextInt(classes)) }))
  },

  'learns: its loss is below that of the prior': (subject) => {
    if (!subject.learns) return
    const data = rowsFor(subject, LEARNED, 14)
    const prior = (subject.target.problem === 'regression' ? priorMean() : priorClass()).build(
      subject.schema,
      subject.target,
    )
    const [found, baseline] = [loss(subject, run(fresh(subject), data), data), loss(subject, run(prior, data), data)]
    assert.ok(found < baseline * 0.9, `loss ${found}, of the prior ${baseline}`)
  },

  'does not grow': (subject) => {
    const running = fresh(subject)
    const bound = subject.bound ?? running.byteSize()
    run(running, rowsFor(subject, longRows, 15))
    assert.ok(running.byteSize() <= bound, `${running.byteSize()} bytes, the bound is ${bound}`)
    const saved = running.save().length // with headers and padding
    assert.ok(saved <= bound * 1.02 + 20_000, `saved as ${saved} bytes, the bound is ${bound}`)
  },

  'a clone shares nothing': (subject) => {
    const data = rowsFor(subject, trainedRows, 16)
    const other = rowsFor(subject, 500, 17)
    const original = fresh(subject)
    run(original, data)
    const before = original.save()
    const clone = original.clone()
    assertSame(clone.save(), before)
    const first = run(clone, other)
    assertSame(original.save(), before)
    const after = clone.save()
    assertSame(run(original, other), first)
    assertSame(clone.save(), after)
    assertSame(original.save(), after)
  },

  'an error leaves its state unchanged': (subject) => {
    const running = fresh(subject)
    const data = rowsFor(subject, trainedRows, 18)
    run(running, data)
    const before = running.save()
    const out = new Float64Array(running.outputs)
    const classes = subject.target.problem === 'regression' ? [] : [-1, 0.5, subject.target.classes]
    const attempts = [
      ...[NaN, Infinity, -Infinity, ...classes].map((label) => [label, 1]),
      ...[NaN, -1, Infinity, 1e13].map((weight) => [0, weight]),
    ]
    for (const [label, weight] of attempts) {
      assertCode('MILLRACE_LEARNER_LABEL', () => running.learn(data.rows, 0, label, weight))
      assertCode('MILLRACE_LEARNER_LABEL', () => running.predictThenLearn(data.rows, 0, label, weight, out, 0))
    }
    assertSame(running.save(), before)
  },

  'refuses a snapshot that is damaged, newer or not its own': ({ learner, schema, target }) => {
    const running = learner.build(schema, target)
    const saved = running.save()
    const at = (index: number, change: number) => saved.map((byte, i) => (i === index ? byte + change : byte))
    const build = (snapshot: Uint8Array, columns = schema, goal = target) => learner.build(columns, goal, snapshot)
    for (const bytes of [
      new Uint8Array(0),
      saved.subarray(0, 9),
      saved.subarray(0, saved.length - 1),
      at(4, 1),
      at(Math.floor(saved.length / 2), 1),
      at(saved.length - 1, 1),
      encodeBinary('another-algorithm', {}),
      encodeBinary(learner.algorithm, {}),
      priorClass().build(schema, { problem: 'multiclass', classes: 9 }).save(),
    ]) {
      assertCode('MILLRACE_LEARNER_SNAPSHOT', () => build(bytes))
    }
    const renamed = rowSchema(schema.columns.map((column) => ({ ...column, name: `${column.name}2` })))
    assertCode('MILLRACE_LEARNER_SNAPSHOT', () => build(saved, renamed))
    if (target.problem === 'multiclass') {
      assertCode('MILLRACE_LEARNER_SNAPSHOT', () => build(saved, schema, { ...target, classes: target.classes + 1 }))
    }
    assertSame(build(saved).save(), saved)
  },

  'renewed steps change no prediction, and a share of 1 changes nothing': (subject) => {
    const data = rowsFor(subject, trainedRows, 30)
    const running = fresh(subject)
    if (running.renewSteps === undefined) return
    run(running, data)
    const [before, predictions] = [running.save(), predictAll(running, data)]
    running.renewSteps(1)
    assertSame(running.save(), before)
    const copy = running.clone()
    running.renewSteps(0.1)
    assertSame(predictAll(running, data), predictAll(copy, data))
    assertSame(predictAll(running, data), predictions)
    assertSame(copy.save(), before)
    run(running, data)
    run(copy, data)
    assert.notDeepEqual(running.save(), copy.save(), 'goes on as if nothing had been renewed')
  },

  'an interval is about the prediction, a set is of classes, and asking for one changes nothing': (subject) => {
    const running = fresh(subject)
    const { predictInterval, predictSet } = running
    if (predictInterval === undefined && predictSet === undefined) return
    const data = withExtremes(subject.schema, rowsFor(subject, trainedRows, 31), 31)
    run(running, rowsFor(subject, trainedRows, 32))
    const before = running.save()
    const copy = running.clone()
    const out = new Float64Array(running.outputs)
    const region = new Float64Array(6 + Math.max(2, running.outputs))
    const same = region.slice()
    for (let n = 0; n < data.count; n++) {
      region.fill(-7)
      same.fill(-7)
      for (const [one, into] of [
        [running, region],
        [copy, same],
      ] as const) {
        one.predictInterval?.(data.rows, n * data.width, into, 3)
        one.predictSet?.(data.rows, n * data.width, into, 3)
      }
      assertSame(region, same)
      running.predict(data.rows, n * data.width, out, 0)
      const length = predictInterval ? 2 : out.length
      assert.ok(
        region.every((value, i) => (i >= 3 && i < 3 + length) || value === -7),
        'wrote outside its outputs',
      )
      if (predictInterval) assert.ok(region[3] <= out[0] && out[0] <= region[4], `${region[3]} to ${region[4]}`)
      else assert.ok(region.subarray(3, 3 + length).every((each) => each === 0 || each === 1))
    }
    assertSame(running.save(), before)
  },

  'refuses a target that it cannot have': ({ learner, schema, target }) => {
    const problems = ['binary', 'multiclass', 'regression', 'anomaly', 'clustering'] as const
    for (const problem of problems.filter((each) => !learner.problems.includes(each))) {
      const classes = problem === 'binary' ? 2 : problem === 'multiclass' ? 3 : 1
      assertCode('MILLRACE_LEARNER_SCHEMA', () => learner.build(schema, { problem, classes }))
    }
    for (const classes of [0, -1, 1.5, NaN, 2 ** 40, ...(target.problem === 'multiclass' ? [1] : [3])]) {
      assertCode('MILLRACE_LEARNER_SCHEMA', () => learner.build(schema, { ...target, classes }))
    }
  },
}

export function fresh({ learner, schema, target }: LearnerSubject): RunningLearner {
  return learner.build(schema, target)
}

export function rowsFor({ schema, target, scaled, counts }: LearnerSubject, count: number, seed: number): LabelledRows {
  const numbers = counts ? 'counts' : scaled ? 'scaled' : 'unlike'
  return suiteRows(schema, target.problem === 'regression' ? 0 : target.classes, count, seed, numbers)
}

function step(running: RunningLearner, data: LabelledRows, n: number, out: Float64Array, weight = 1): void {
  running.arrive?.(data.rows, n * data.width)
  running.predictThenLearn(data.rows, n * data.width, data.labels[n], weight, out, 0)
}

/** The predictions of one pass of predict, then learn. */
export function run(running: RunningLearner, data: LabelledRows, weight = 1): Float64Array {
  const out = new Float64Array(data.count * running.outputs)
  for (let n = 0; n < data.count; n++) step(running, data, n, out.subarray(n * running.outputs), weight)
  return out
}

export function predictAll(running: RunningLearner, data: LabelledRows): Float64Array {
  const out = new Float64Array(data.count * running.outputs)
  for (let n = 0; n < data.count; n++) running.predict(data.rows, n * data.width, out, n * running.outputs)
  return out
}

/** Equal bit for bit: a hundred times faster than assert's deep comparison. */
export function assertSame(found: Float64Array | Uint8Array, expected: Float64Array | Uint8Array): void {
  assert.equal(found.length, expected.length)
  for (let i = 0; i < found.length; i++) {
    if (!Object.is(found[i], expected[i])) assert.fail(`${found[i]} is not ${expected[i]}, at ${i}`)
  }
}

export function largestDifference(found: Float64Array, expected: Float64Array): number {
  return found.reduce((most, value, i) => Math.max(most, Math.abs(value - expected[i])), 0)
}

export function assertNear(found: Float64Array, expected: Float64Array, relative: number): void {
  for (let i = 0; i < found.length; i++) {
    const allowed = relative * Math.max(Math.abs(expected[i]), 1e-6)
    if (!(Math.abs(found[i] - expected[i]) <= allowed)) assert.fail(`${found[i]} is not near ${expected[i]}, at ${i}`)
  }
}

export function assertValid({ target }: LearnerSubject, out: Float64Array): void {
  const outputs = target.problem === 'regression' ? 1 : target.classes
  for (let at = 0; at < out.length; at += outputs) {
    let sum = 0
    for (let c = 0; c < outputs; c++) {
      const value = out[at + c]
      const fits = outputs === 1 ? Number.isFinite(value) : value >= 0 && value <= 1
      if (!fits) assert.fail(`output ${c} of row ${at / outputs} is ${value}`)
      sum += value
    }
    if (outputs > 1 && Math.abs(sum - 1) > 1e-9) assert.fail(`probabilities of row ${at / outputs} sum to ${sum}`)
  }
}

/** Mean squared distance between prediction and label, the Brier score for classes; the share of errors where the probabilities are squashed margins. */
function loss({ target, squashed }: LearnerSubject, out: Float64Array, data: LabelledRows): number {
  const outputs = target.problem === 'regression' ? 1 : target.classes
  let sum = 0
  for (let n = 0; n < data.count; n++) {
    for (let c = 0; c < outputs; c++) {
      if (squashed) {
        sum += out[n * outputs + c] > 0.5 === (data.labels[n] === c) ? 0 : 0.5
        continue
      }
      const wanted = outputs === 1 ? data.labels[n] : Number(data.labels[n] === c)
      sum += (out[n * outputs + c] - wanted) ** 2
    }
  }
  return sum / data.count
}

/** A step of weight 3 moves the margin three times as far as one of weight 1. */
function assertLinearStep({ target }: LearnerSubject, running: RunningLearner, data: LabelledRows): void {
  const margin = (learner: RunningLearner) => {
    const out = predictAll(learner, { ...data, count: 1 })
    return target.problem === 'regression' ? out[0] : Math.log(out[1] / out[0])
  }
  const [before, one, three] = [running, running.clone(), running.clone()]
  one.learn(data.rows, 0, data.labels[0], 1)
  three.learn(data.rows, 0, data.labels[0], 3)
  const moved = (margin(three) - margin(before)) / (margin(one) - margin(before))
  assert.ok(Math.abs(moved - 3) < 1e-6, `weight 3 moves ${moved} times as far as weight 1`)
}

export function assertCode(code: string, attempt: () => unknown): void {
  assert.throws(attempt, (error: Error & { code?: string }) => {
    assert.equal(error.code, code, `${error.stack}`)
    return true
  })
}
