import assert from 'node:assert/strict'
import { encodeBinary } from '../../src/stats/binary-format.ts'
import { SeededRandom } from '../../src/stats/seeded-random.ts'
import { type RowSchema, rowSchema } from '../../src/transforms/row-schema.ts'
import type { RunningTransformer, Transformer } from '../../src/transforms/transformer.ts'
import { type LabelledRows, suiteRows, withExtremes } from './learner-rows.ts'
import { longRows, trainedRows } from './row-counts.ts'

/** A transformer over certain rows, as the suite tests it. */
export interface TransformerSubject {
  readonly name: string
  readonly transformer: Transformer
  readonly schema: RowSchema
  /** It is meant to use the label, and to say so. */
  readonly supervised?: boolean
  /** Bytes that its state may reach; default: what it has at the start. */
  readonly bound?: number
}

/** The checks every transformer must pass: each throws where the contract is broken. */
export const transformerChecks: Readonly<Record<string, (subject: TransformerSubject) => void>> = {
  'is described by plain frozen data': ({ transformer }) => {
    assert.ok(Object.isFrozen(transformer) && Object.isFrozen(transformer.parameters))
    assert.deepEqual(JSON.parse(JSON.stringify(transformer.parameters)), transformer.parameters)
  },

  'gives rows of its schema and writes only there': (subject) => {
    const data = rowsFor(subject, 2000, 1)
    const running = fresh(subject)
    const { columns } = running.schema
    assert.equal(rowSchema(columns).columns.length, columns.length)
    const before = data.rows.slice()
    const wide = new Float64Array(columns.length + 10)
    const row = new Float64Array(data.width + 7)
    for (let n = 0; n < data.count; n++) {
      wide.fill(-7)
      row.set(data.rows.subarray(n * data.width, (n + 1) * data.width), 4)
      running.learn(row, 4, data.labels[n], 1)
      running.transform(row, 4, wide, 5)
      assert.ok(
        wide.every((value, i) => (i >= 5 && i < 5 + columns.length) || value === -7),
        'wrote outside its row',
      )
      assertCodes(running.schema, wide, 5)
      if (running.keepsRows) assertSame(wide.subarray(5, 5 + columns.length), row.subarray(4, 4 + data.width))
    }
    assertSame(data.rows, before)
    assertSame(transformAll(running, data), transformAll(running, data))
  },

  'is deterministic': (subject) => {
    const data = rowsFor(subject, trainedRows, 2)
    const [one, other] = [fresh(subject), fresh(subject)]
    assertSame(run(one, data), run(other, data))
    assertSame(one.save(), other.save())
  },

  'saved, loaded and gone on, equals never having stopped': (subject) => {
    const data = withExtremes(subject.schema, rowsFor(subject, trainedRows + 2000, 3), 3)
    const random = new SeededRandom(3)
    const stops = new Set([0, 1, 2, trainedRows, ...Array.from({ length: 8 }, () => random.nextInt(data.count))])
    const running = fresh(subject)
    let resumed = fresh(subject)
    const out = new Float64Array(running.schema.columns.length)
    const same = new Float64Array(out.length)
    for (let n = 0; n < data.count; n++) {
      if (stops.has(n)) resumed = subject.transformer.build(subject.schema, running.save())
      step(running, data, n, out)
      step(resumed, data, n, same)
      assertSame(same, out)
    }
    assertSame(resumed.save(), running.save())
  },

  'transform changes nothing': (subject) => {
    const data = withExtremes(subject.schema, rowsFor(subject, trainedRows, 4), 4)
    const [watched, left] = [fresh(subject), fresh(subject)]
    const out = new Float64Array(watched.schema.columns.length)
    for (let n = 0; n < data.count; n++) {
      watched.transform(data.rows, ((n * 7) % data.count) * data.width, out, 0)
      watched.learn(data.rows, n * data.width, data.labels[n], 1)
      left.learn(data.rows, n * data.width, data.labels[n], 1)
    }
    const before = watched.save()
    assertSame(before, left.save())
    assertSame(transformAll(watched, data), transformAll(left, data))
    assertSame(watched.save(), before)
  },

  'a missing number is not learned': (subject) => {
    const data = rowsFor(subject, trainedRows, 5)
    const { columns } = subject.schema
    const at = columns.findLastIndex((column) => column.kind === 'number')
    const [full, holed] = [fresh(subject), fresh(subject)]
    const width = full.schema.columns.length
    const column = (rows: Float64Array) => rows.filter((_, i) => i % width === at)
    for (const missing of [NaN, Infinity, -1e300]) {
      const holes = data.rows.map((value, i) => (i % data.width === at ? missing : value))
      for (let n = 0; n < data.count; n++) {
        full.learn(data.rows, n * data.width, data.labels[n], 1)
        holed.learn(data.rows, n * data.width, data.labels[n], 1)
        holed.learn(holes, n * data.width, data.labels[n], 1)
      }
      if (columns[at].kind !== full.schema.columns[at].kind) return
      assertSame(column(transformAll(holed, data)), column(transformAll(full, data)))
    }
  },

  'stays sound on missing, huge, tiny and constant numbers and on codes out of range': (subject) => {
    const data = withExtremes(subject.schema, rowsFor(subject, trainedRows, 6), 6)
    const running = fresh(subject)
    run(running, data)
    run(running, { ...data, rows: data.rows.map(() => 1e100) })
    run(running, { ...data, rows: data.rows.map((_, i) => (i % 2 === 0 ? 1e-320 : 0)) })
    for (const weight of [1e-300, 1e12]) run(running, data, weight)
    const sound = run(running, rowsFor(subject, trainedRows, 7))
    const broken = sound.findIndex((value) => !Number.isFinite(value))
    assert.equal(broken, -1, `double ${broken} is ${sound[broken]}`)
  },

  'weights are repetitions, and 0 changes nothing': (subject) => {
    const data = rowsFor(subject, trainedRows, 8)
    const [weighted, repeated] = [fresh(subject), fresh(subject)]
    for (let n = 0; n < data.count; n++) {
      const weight = n % 4
      weighted.learn(data.rows, n * data.width, data.labels[n], weight)
      for (let i = 0; i < weight; i++) repeated.learn(data.rows, n * data.width, data.labels[n], 1)
    }
    const [found, expected] = [transformAll(weighted, data), transformAll(repeated, data)]
    for (let i = 0; i < found.length; i++) {
      const allowed = 1e-9 * Math.max(1, Math.abs(expected[i]))
      if (!(Math.abs(found[i] - expected[i]) <= allowed)) assert.fail(`${found[i]} is not near ${expected[i]}`)
    }
    const before = weighted.save()
    for (let n = 0; n < 100; n++) weighted.learn(data.rows, n * data.width, data.labels[n], 0)
    assertSame(weighted.save(), before)
  },

  'does not use the label': (subject) => {
    if (subject.supervised) return
    const data = rowsFor(subject, trainedRows, 9)
    const [labelled, blind] = [fresh(subject), fresh(subject)]
    for (let n = 0; n < data.count; n++) {
      labelled.learn(data.rows, n * data.width, data.labels[n], 1)
      blind.learn(data.rows, n * data.width, NaN, 1)
    }
    assertSame(labelled.save(), blind.save())
  },

  'says of itself whether it uses labels': (subject) => {
    assert.equal(Boolean(fresh(subject).usesLabels), Boolean(subject.supervised))
    assert.ok(!(subject.supervised && fresh(subject).learnsOnArrival), 'there are no labels on arrival')
  },

  'a clone shares nothing': (subject) => {
    const original = fresh(subject)
    run(original, rowsFor(subject, trainedRows, 10))
    const other = rowsFor(subject, 500, 11)
    const before = original.save()
    const clone = original.clone()
    assertSame(clone.save(), before)
    assert.equal(clone.learnsOnArrival, original.learnsOnArrival)
    const first = run(clone, other)
    assertSame(original.save(), before)
    const after = clone.save()
    assertSame(run(original, other), first)
    assertSame(clone.save(), after)
  },

  'does not grow': (subject) => {
    const running = fresh(subject)
    const bound = subject.bound ?? running.byteSize()
    run(running, rowsFor(subject, longRows, 12))
    assert.ok(running.byteSize() <= bound, `${running.byteSize()} bytes, the bound is ${bound}`)
    assert.ok(running.save().length <= bound + 20_000)
  },

  'refuses a snapshot that is damaged, newer or not its own': ({ transformer, schema }) => {
    const saved = transformer.build(schema).save()
    const at = (index: number, change: number) => saved.map((byte, i) => (i === index ? byte + change : byte))
    const renamed = rowSchema(schema.columns.map((column) => ({ ...column, name: `${column.name}2` })))
    for (const bytes of [
      new Uint8Array(0),
      saved.subarray(0, saved.length - 1),
      at(4, 1),
      at(Math.floor(saved.length / 2), 1),
      encodeBinary('another-algorithm', {}),
      encodeBinary(transformer.algorithm, {}),
      ...(transformer.parameters.columns ? [] : [transformer.build(renamed).save()]),
    ]) {
      assert.throws(() => transformer.build(schema, bytes), { code: 'MILLRACE_LEARNER_SNAPSHOT' })
    }
    assertSame(transformer.build(schema, saved).save(), saved)
  },
}

function fresh({ transformer, schema }: TransformerSubject): RunningTransformer {
  return transformer.build(schema)
}

function rowsFor({ schema }: TransformerSubject, count: number, seed: number): LabelledRows {
  return suiteRows(schema, 2, count, seed, 'unlike')
}

function step(running: RunningTransformer, data: LabelledRows, n: number, out: Float64Array, weight = 1): void {
  running.learn(data.rows, n * data.width, running.learnsOnArrival ? NaN : data.labels[n], weight)
  running.transform(data.rows, n * data.width, out, 0)
}

/** The rows of one pass of learn, then transform. */
function run(running: RunningTransformer, data: LabelledRows, weight = 1): Float64Array {
  const width = running.schema.columns.length
  const out = new Float64Array(data.count * width)
  for (let n = 0; n < data.count; n++) step(running, data, n, out.subarray(n * width), weight)
  return out
}

function transformAll(running: RunningTransformer, data: LabelledRows): Float64Array {
  const width = running.schema.columns.length
  const out = new Float64Array(data.count * width)
  for (let n = 0; n < data.count; n++) running.transform(data.rows, n * data.width, out, n * width)
  return out
}

function assertSame(found: Float64Array | Uint8Array, expected: Float64Array | Uint8Array): void {
  assert.equal(found.length, expected.length)
  for (let i = 0; i < found.length; i++) {
    if (!Object.is(found[i], expected[i])) assert.fail(`${found[i]} is not ${expected[i]}, at ${i}`)
  }
}

function assertCodes({ columns }: RowSchema, row: Float64Array, at: number): void {
  for (const [j, { name, kind, size }] of columns.entries()) {
    const code = row[at + j]
    if (kind === 'number' || (Number.isInteger(code) && code >= 0 && code < size)) continue
    assert.fail(`${code} is no code of column '${name}'`)
  }
}
