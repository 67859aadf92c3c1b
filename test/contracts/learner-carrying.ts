import assert from 'node:assert/strict'
import type { RunningLearner } from '../../src/learners/learner.ts'
import { SeededRandom } from '../../src/stats/seeded-random.ts'
import { type Column, type RowSchema, rowSchema } from '../../src/transforms/row-schema.ts'
import { type LabelledRows, withExtremes } from './learner-rows.ts'
import {
  assertCode,
  assertNear,
  assertSame,
  assertValid,
  fresh,
  largestDifference,
  type LearnerSubject,
  predictAll,
  rowsFor,
  run,
} from './learner-suite.ts'
import { trainedRows } from './row-counts.ts'

const TRAINED = trainedRows / 2
const number: Column = { name: 'added', kind: 'number', size: 1 }
const codes: Column = { name: 'addedPlace', kind: 'indicator', size: 40 }

/** The checks every learner with `carry` must pass: what a trained state is over other columns. */
export const carryingChecks: Readonly<Record<string, (subject: LearnerSubject) => void>> = {
  'carried over to new columns, predicts as before, whatever they hold': (subject) => {
    const { learner, schema } = subject
    if (learner.carry === undefined) return
    const wider = inserted(schema, added(schema))
    const data = rowsFor(subject, 1000, 41)
    for (const running of [fresh(subject), trained(subject)]) {
      const saved = running.save()
      const kept = saved.slice()
      const carried = carry(subject, running, schema, wider)
      assertSame(saved, kept)
      assertSame(predictAll(carried, moved(data, schema, wider, 41)), predictAll(running, data))
    }
    assertSame(carry(subject, fresh(subject), schema, wider).save(), learner.build(wider, subject.target).save())
  },

  'while a new number is missing, learns on as if it had not come': (subject) => {
    if (subject.learner.carry === undefined || subject.learner.missing !== 'ignored') return
    const wider = inserted(subject.schema, [number])
    const running = trained(subject)
    const carried = carry(subject, running, subject.schema, wider)
    const more = withExtremes(subject.schema, rowsFor(subject, TRAINED, 42), 42)
    assertSame(run(carried, moved(more, subject.schema, wider)), run(running, more))
    assertSame(carry(subject, carried, wider, subject.schema).save(), running.save())
  },

  'learns what a new column says': (subject) => {
    const { learner, schema, learns } = subject
    if (learner.carry === undefined) return
    for (const column of added(schema)) {
      const wider = inserted(schema, [column])
      const carried = carry(subject, trained(subject), schema, wider)
      const data = moved(rowsFor(subject, TRAINED, 43), schema, wider, 43)
      assertValid(subject, run(carried, data))
      const others = { ...data, rows: moved(rowsFor(subject, TRAINED, 43), schema, wider, 44).rows }
      const [one, other] = [predictAll(carried, data), predictAll(carried, others)]
      assertValid(subject, other)
      assert.equal(largestDifference(one, other) > 0, learns, `column '${column.name}'`)
    }
  },

  'without a column, predicts as where it is missing': (subject) => {
    const { learner, schema } = subject
    if (learner.carry === undefined || learner.missing !== 'ignored') return
    const at = schema.columns.findLastIndex(({ kind }) => kind === 'number')
    const narrower = rowSchema(schema.columns.filter((_, j) => j !== at))
    const running = trained(subject)
    const data = rowsFor(subject, 1000, 45)
    const missing = { ...data, rows: data.rows.map((value, i) => (i % data.width === at ? NaN : value)) }
    const carried = carry(subject, running, schema, narrower)
    assertSame(predictAll(carried, moved(data, schema, narrower)), predictAll(running, missing))
  },

  'columns are told by name, kind and size, wherever they stand': (subject) => {
    const { learner, schema, target } = subject
    if (learner.carry === undefined) return
    const running = trained(subject)
    const saved = running.save()
    const data = rowsFor(subject, 1000, 46)
    const reversed = rowSchema(schema.columns.toReversed())
    const turned = carry(subject, running, schema, reversed)
    assertNear(predictAll(turned, moved(data, schema, reversed)), predictAll(running, data), 1e-9)
    for (const other of [schema, reversed, inserted(schema, added(schema))]) {
      const there = learner.carry(saved, schema, other, target)
      assertSame(learner.carry(there, other, schema, target), saved)
    }
    const coded = schema.columns.findIndex(({ kind }) => kind !== 'number')
    if (coded < 0) return
    const larger = rowSchema(schema.columns.map((column, j) => (j === coded ? { ...column, size: 30 } : column)))
    const without = rowSchema(schema.columns.filter((_, j) => j !== coded))
    if (JSON.stringify(learner.parameters).includes(`"${schema.columns[coded].name}"`)) return // it asks for this column
    const dropped = learner.carry(saved, schema, without, target)
    assertSame(learner.carry(saved, schema, larger, target), learner.carry(dropped, without, larger, target))
  },

  'refuses to carry what was not saved over these columns': ({ learner, schema, target }) => {
    if (learner.carry === undefined) return
    const wider = inserted(schema, added(schema).slice(0, 1))
    const saved = learner.build(schema, target).save()
    assertCode('MILLRACE_LEARNER_SNAPSHOT', () => learner.carry?.(saved, wider, schema, target))
    assertCode('MILLRACE_LEARNER_SNAPSHOT', () => learner.carry?.(saved.subarray(1), schema, wider, target))
  },
}

function trained(subject: LearnerSubject): RunningLearner {
  const running = fresh(subject)
  run(running, rowsFor(subject, TRAINED, 40))
  return running
}

function carry(subject: LearnerSubject, running: RunningLearner, from: RowSchema, to: RowSchema): RunningLearner {
  const { learner, target } = subject
  return learner.build(to, target, learner.carry?.(running.save(), from, to, target))
}

/** New columns of the kinds that there are: a number and codes, or codes where there are no numbers. */
function added({ columns }: RowSchema): Column[] {
  return columns.some(({ kind }) => kind === 'number') ? [number, codes] : [codes]
}

/** The schema with columns put in after its first. */
function inserted({ columns }: RowSchema, between: readonly Column[]): RowSchema {
  return rowSchema([columns[0], ...between, ...columns.slice(1)])
}

/** The rows with their columns where `to` has them; columns that are new are missing, or drawn where there is a seed. */
function moved(data: LabelledRows, from: RowSchema, to: RowSchema, seed?: number): LabelledRows {
  const random = seed === undefined ? undefined : new SeededRandom(seed)
  const width = to.columns.length
  const places = to.columns.map(({ name }) => from.columns.findIndex((column) => column.name === name))
  const rows = Float64Array.from({ length: data.count * width }, (_, i) => {
    const [n, j] = [Math.floor(i / width), i % width]
    if (places[j] >= 0) return data.rows[n * data.width + places[j]]
    if (random === undefined) return to.columns[j].kind === 'number' ? NaN : 0
    return to.columns[j].kind === 'number' ? 10 * random.next() - data.labels[n] : random.nextInt(to.columns[j].size)
  })
  return { ...data, width, rows }
}
