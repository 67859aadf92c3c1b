import type { BinaryArray } from '../../stats/binary-format.ts'
import { LARGEST_NUMBER, type RowLayout, rowLayout } from '../../transforms/row-layout.ts'
import type { RowSchema } from '../../transforms/row-schema.ts'
import { saveSnapshot } from '../../transforms/snapshot.ts'
import { checkLabel } from '../check-label.ts'
import type { RunningLearner, Target } from '../learner.ts'
import type { EnsembleMember } from './ensemble-member.ts'

/** What a running ensemble is of. */
export interface EnsembleDescription<Member extends EnsembleMember> {
  readonly algorithm: string
  readonly parameters: object
  readonly schema: RowSchema
  readonly target: Target
  /** The members, new. */
  readonly members: () => readonly Member[]
  /** How the members learn a row; by default one after another. */
  readonly teach?: Teach<Member>
  /** What is done after each row that was learned. */
  readonly settle?: (members: readonly Member[]) => void
}

/** Lets each member write what it says of a row to its part of `answers`, of so many `outputs`, and learn the row. */
export type Teach<Member extends EnsembleMember> = (
  members: readonly Member[],
  row: Float64Array,
  offset: number,
  label: number,
  weight: number,
  clean: boolean,
  answers: Float64Array,
  outputs: number,
) => void

const largest = LARGEST_NUMBER

/** An ensemble of trees at work: the mean of what its members say, each counting by its vote. */
export class RunningEnsemble<Member extends EnsembleMember> implements RunningLearner {
  readonly outputs: number
  private readonly description: EnsembleDescription<Member>
  private readonly target: Target
  private readonly layout: RowLayout
  private readonly members: readonly Member[]
  private readonly teach: Teach<Member> | undefined
  private readonly settle: ((members: readonly Member[]) => void) | undefined
  /** What each member says of a row, and how much its vote counts. */
  private readonly answers: Float64Array
  private readonly votes: Float64Array

  constructor(description: EnsembleDescription<Member>, arrays?: Readonly<Record<string, BinaryArray>>) {
    this.description = description
    this.target = description.target
    this.outputs = description.target.classes
    this.layout = rowLayout(description.schema)
    this.teach = description.teach
    this.settle = description.settle
    this.members = description.members()
    this.answers = new Float64Array(Math.max(16, this.members.length * this.outputs))
    this.votes = new Float64Array(Math.max(16, this.members.length))
    if (arrays) for (const [i, member] of this.members.entries()) member.load(String(i), arrays)
  }

  predict(row: Float64Array, offset: number, out: Float64Array, at: number): void {
    const { members, answers, votes, outputs } = this
    const clean = this.isClean(row, offset)
    for (let i = 0; i < members.length; i++) {
      votes[i] = members[i].vote
      members[i].answer(row, offset, clean, answers, i * outputs)
    }
    this.combine(out, at)
  }

  learn(row: Float64Array, offset: number, label: number, weight: number): void {
    if (checkLabel(this.target, label, weight)) this.step(row, offset, label, weight)
  }

  predictThenLearn(
    row: Float64Array,
    offset: number,
    label: number,
    weight: number,
    out: Float64Array,
    at: number,
  ): void {
    if (!checkLabel(this.target, label, weight)) return this.predict(row, offset, out, at)
    const { members, votes } = this
    for (let i = 0; i < members.length; i++) votes[i] = members[i].vote
    this.step(row, offset, label, weight)
    this.combine(out, at)
  }

  private step(row: Float64Array, offset: number, label: number, weight: number): void {
    const { members, answers, outputs } = this
    const clean = this.isClean(row, offset)
    if (this.teach) this.teach(members, row, offset, label, weight, clean, answers, outputs)
    else {
      for (let i = 0; i < members.length; i++) {
        members[i].answerThenLearn(row, offset, label, weight, clean, answers, i * outputs)
      }
    }
    this.settle?.(members)
  }

  /** The mean of what the trees say. */
  explain(row: Float64Array, offset: number, out: Float64Array, at: number): void {
    const parts = new Float64Array(this.layout.width)
    out.fill(0, at, at + parts.length)
    for (const member of this.members) {
      member.explain(row, offset, parts)
      for (let j = 0; j < parts.length; j++) out[at + j] += parts[j] / this.members.length
    }
  }

  /** Writes the mean of the answers, each counting by its vote. */
  private combine(out: Float64Array, at: number): void {
    const { answers, votes, outputs, members } = this
    out.fill(0, at, at + outputs)
    for (let i = 0, from = 0; i < members.length; i++, from += outputs) {
      for (let c = 0; c < outputs; c++) out[at + c] += votes[i] * answers[from + c]
    }
    let sum = 0
    if (this.target.problem === 'regression') for (let i = 0; i < members.length; i++) sum += votes[i]
    else for (let c = 0; c < outputs; c++) sum += out[at + c]
    if (sum > 0) for (let c = 0; c < outputs; c++) out[at + c] /= sum
    else out.fill(1 / outputs, at, at + outputs)
  }

  private isClean(row: Float64Array, offset: number): boolean {
    const { numberAt } = this.layout
    for (let j = 0; j < numberAt.length; j++) if (!(Math.abs(row[offset + numberAt[j]]) <= largest)) return false
    return true
  }

  private arrays(): Record<string, BinaryArray> {
    return Object.assign({}, ...this.members.map((member, i) => member.arrays(String(i))))
  }

  save(): Uint8Array {
    const { algorithm, parameters, schema, target } = this.description
    return saveSnapshot(algorithm, parameters, schema, this.arrays(), target)
  }

  clone(): RunningLearner {
    return new RunningEnsemble(this.description, this.arrays())
  }

  byteSize(): number {
    return this.members.reduce((sum, member) => sum + member.byteSize(), 0)
  }
}
