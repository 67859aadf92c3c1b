import type { RowSchema } from '../transforms/row-schema.ts'
import { openSnapshot, saveSnapshot } from '../transforms/snapshot.ts'
import type { RunningTransformer, Transformer } from '../transforms/transformer.ts'
import { checkLabel } from './check-label.ts'
import type { Learner, Problem, RunningLearner, Target } from './learner.ts'

type Steps = readonly [...Transformer[], Learner]

/**
 * A chain of transformers before a learner, itself a learner.
 *
 * A prediction transforms the row by what the transformers knew before it and changes nothing. Learning walks the chain:
 * each transformer learns the row, then transforms it (the other way round where it learns from labels), and the learner
 * learns the result. Transformers that learn on arrival do so in `arrive` instead, which the caller calls once for each row before its prediction. The label and the
 * weight are checked before anything learns. Weights and missing numbers mean what they mean to the learner, but for missing ones that a transformer puts
 * something in the place of.
 * Source: the order of steps is that of Montiel et al., River: machine learning for streaming data in Python, 2021.
 */
export function pipeline<P extends Problem, A extends string>(learner: Learner<P, A>): Learner<P, A>
export function pipeline<P extends Problem, A extends string, B extends string>(
  first: Transformer<A, B>,
  learner: Learner<P, B>,
): Learner<P, A>
export function pipeline<P extends Problem, A extends string, B extends string, C extends string>(
  first: Transformer<A, B>,
  second: Transformer<B, C>,
  learner: Learner<P, C>,
): Learner<P, A>
export function pipeline<P extends Problem, A extends string, B extends string, C extends string, D extends string>(
  first: Transformer<A, B>,
  second: Transformer<B, C>,
  third: Transformer<C, D>,
  learner: Learner<P, D>,
): Learner<P, A>
export function pipeline<
  P extends Problem,
  A extends string,
  B extends string,
  C extends string,
  D extends string,
  E extends string,
>(
  first: Transformer<A, B>,
  second: Transformer<B, C>,
  third: Transformer<C, D>,
  fourth: Transformer<D, E>,
  learner: Learner<P, E>,
): Learner<P, A>
export function pipeline(...steps: Steps): Learner {
  const transformers = steps.slice(0, -1) as readonly Transformer[]
  const learner = steps.at(-1) as Learner
  const parameters = Object.freeze({
    steps: Object.freeze(
      steps.map((step) => Object.freeze({ algorithm: step.algorithm, parameters: step.parameters })),
    ),
  })
  return Object.freeze({
    algorithm: 'pipeline',
    problems: learner.problems,
    parameters,
    weights: learner.weights,
    missing: transformers.find((transformer) => transformer.missing)?.missing ?? learner.missing,
    build: (schema: RowSchema, target: Target, snapshot?: Uint8Array) => {
      const parts = snapshot && openSnapshot(snapshot, 'pipeline', parameters, schema, target)
      const running: RunningTransformer[] = []
      let columns = schema
      for (const [i, transformer] of transformers.entries()) {
        running.push(transformer.build(columns, parts?.[`part${i}`] as Uint8Array | undefined))
        columns = running[i].schema
      }
      const last = learner.build(columns, target, parts?.[`part${transformers.length}`] as Uint8Array | undefined)
      return new RunningPipeline(schema, target, parameters, running, last)
    },
    ...(steps.every((step) => step.carry !== undefined) ? { carry: carrying(transformers, learner, parameters) } : {}),
  })
}

function carrying(
  transformers: readonly Transformer[],
  learner: Learner,
  parameters: Readonly<Record<string, unknown>>,
): NonNullable<Learner['carry']> {
  return (snapshot, from, to, target) => {
    const before = openSnapshot(snapshot, 'pipeline', parameters, from, target) as Record<string, Uint8Array>
    const parts: Record<string, Uint8Array> = {}
    let [columnsBefore, columns] = [from, to]
    for (const [i, transformer] of transformers.entries()) {
      const name = `part${i}`
      parts[name] = transformer.carry!(before[name], columnsBefore, columns)
      columnsBefore = transformer.build(columnsBefore, before[name]).schema
      columns = transformer.build(columns, parts[name]).schema
    }
    const last = `part${transformers.length}`
    parts[last] = learner.carry!(before[last], columnsBefore, columns, target)
    return saveSnapshot('pipeline', parameters, to, parts, target)
  }
}

class RunningPipeline implements RunningLearner {
  readonly outputs: number
  readonly arrive?: RunningLearner['arrive']
  readonly explain?: RunningLearner['explain']
  readonly renewSteps?: RunningLearner['renewSteps']
  readonly predictInterval?: RunningLearner['predictInterval']
  readonly predictSet?: RunningLearner['predictSet']
  private readonly schema: RowSchema
  private readonly target: Target
  private readonly parameters: Readonly<Record<string, unknown>>
  private readonly transformers: readonly RunningTransformer[]
  private readonly learner: RunningLearner
  private readonly working: readonly RunningTransformer[] // those that change rows
  private readonly rows: readonly Float64Array[] // the row after each of those
  private from = 0 // where the row begins that `transformed` gave

  constructor(
    schema: RowSchema,
    target: Target,
    parameters: Readonly<Record<string, unknown>>,
    transformers: readonly RunningTransformer[],
    learner: RunningLearner,
  ) {
    this.schema = schema
    this.target = target
    this.parameters = parameters
    this.transformers = transformers
    this.learner = learner
    this.outputs = learner.outputs
    this.working = transformers.filter((transformer) => !transformer.keepsRows)
    this.rows = this.working.map((transformer) => new Float64Array(transformer.schema.columns.length))
    if (learner.arrive || transformers.some((transformer) => transformer.learnsOnArrival))
      this.arrive = this.learnArrival
    if (learner.renewSteps) this.renewSteps = (share) => this.learner.renewSteps?.(share)
    if (learner.predictInterval) this.predictInterval = this.intervalOfTransformed
    if (learner.predictSet) this.predictSet = this.setOfTransformed
    const { columns } = this.working.at(-1)?.schema ?? schema
    const areSame = columns.map(({ name }) => name).join() === schema.columns.map(({ name }) => name).join()
    if (learner.explain && areSame) this.explain = this.explainTransformed
  }

  predict(row: Float64Array, offset: number, out: Float64Array, at: number): void {
    const { working, rows } = this
    let current = row
    let from = offset
    for (let i = 0; i < working.length; i++) {
      working[i].transform(current, from, rows[i], 0)
      current = rows[i]
      from = 0
    }
    this.learner.predict(current, from, out, at)
  }

  learn(row: Float64Array, offset: number, label: number, weight: number): void {
    if (!checkLabel(this.target, label, weight)) return
    const { working, rows } = this
    let current = row
    let from = offset
    for (let i = 0; i < working.length; i++) {
      const transformer = working[i]
      if (!transformer.learnsOnArrival && !transformer.usesLabels) transformer.learn(current, from, label, weight)
      transformer.transform(current, from, rows[i], 0)
      if (transformer.usesLabels) transformer.learn(current, from, label, weight)
      current = rows[i]
      from = 0
    }
    this.learner.learn(current, from, label, weight)
  }

  predictThenLearn(
    row: Float64Array,
    offset: number,
    label: number,
    weight: number,
    out: Float64Array,
    at: number,
  ): void {
    this.predict(row, offset, out, at)
    this.learn(row, offset, label, weight)
  }

  private learnArrival(row: Float64Array, offset: number): void {
    const { working, rows } = this
    let current = row
    let from = offset
    for (let i = 0; i < working.length; i++) {
      if (working[i].learnsOnArrival) working[i].learn(current, from, NaN, 1)
      working[i].transform(current, from, rows[i], 0)
      current = rows[i]
      from = 0
    }
    this.learner.arrive?.(current, from)
  }

  private explainTransformed(row: Float64Array, offset: number, out: Float64Array, at: number): void {
    this.learner.explain?.(this.transformed(row, offset), this.from, out, at)
  }

  private intervalOfTransformed(row: Float64Array, offset: number, out: Float64Array, at: number): void {
    this.learner.predictInterval?.(this.transformed(row, offset), this.from, out, at)
  }

  private setOfTransformed(row: Float64Array, offset: number, out: Float64Array, at: number): void {
    this.learner.predictSet?.(this.transformed(row, offset), this.from, out, at)
  }

  /** The row as the learner gets it, which begins at `from`. */
  private transformed(row: Float64Array, offset: number): Float64Array {
    const { working, rows } = this
    let current = row
    this.from = offset
    for (let i = 0; i < working.length; i++) {
      working[i].transform(current, this.from, rows[i], 0)
      current = rows[i]
      this.from = 0
    }
    return current
  }

  save(): Uint8Array {
    const parts: Record<string, Uint8Array> = {}
    for (const [i, part] of [...this.transformers, this.learner].entries()) parts[`part${i}`] = part.save()
    return saveSnapshot('pipeline', this.parameters, this.schema, parts, this.target)
  }

  clone(): RunningLearner {
    const transformers = this.transformers.map((transformer) => transformer.clone())
    return new RunningPipeline(this.schema, this.target, this.parameters, transformers, this.learner.clone())
  }

  byteSize(): number {
    let bytes = this.learner.byteSize()
    for (const transformer of this.transformers) bytes += transformer.byteSize()
    return bytes
  }
}
