import { LARGEST_NUMBER, type RowLayout, rowLayout } from '../../transforms/row-layout.ts'
import type { BinaryArray } from '../../stats/binary-format.ts'
import { SeededRandom } from '../../stats/seeded-random.ts'
import type { RowSchema } from '../../transforms/row-schema.ts'
import { openSnapshot, saveSnapshot } from '../../transforms/snapshot.ts'
import { checkLabel } from '../check-label.ts'
import { checkTarget } from '../check-target.ts'
import type { Learner, Problem, RunningLearner, Target } from '../learner.ts'
import { ClassTree } from '../trees/class-tree.ts'
import { ForestMember } from './forest-member.ts'
import { type ForestOptions, type ForestParameters, forestParameters } from './forest-parameters.ts'

const problems: readonly Problem[] = Object.freeze(['binary', 'multiclass'] as const)
const algorithm = 'adaptive-random-forest'
const largest = LARGEST_NUMBER
const WINDOWS = 8_400 // bytes of a member beside its trees

/**
 * The adaptive random forest: Hoeffding trees that each learn a row a Poisson number of times and look at some of the
 * columns in each leaf; a tree whose errors rise is replaced by one that grew in the background since they began to.
 *
 * The answer is the mean of the trees' probabilities, each weighted by its share of right answers. Defaults are those of MOA,
 * save that there are ten trees, each with random numbers of its own. Of a number column's cuts the one of the best Gini index
 * is taken, and the criterion ranks the columns. Missing numbers and weights are as in `hoeffdingTree`; an error counts once
 * whatever the weight. `explain` gives the mean of the trees'. A row costs as much as in that many trees; memory, with the
 * trees in the background, is at most `maxByteSize`, and at least a leaf a tree. Throws MILLRACE_LEARNER_PARAMETER on an
 * option out of range.
 * Source: Gomes et al., Adaptive random forests for evolving data stream classification, Machine Learning 106, 2017.
 */
export function adaptiveRandomForest(
  options: ForestOptions = {},
): Learner<'binary' | 'multiclass', 'number' | 'category'> {
  const parameters = Object.freeze(forestParameters(algorithm, options))
  return Object.freeze({
    algorithm,
    problems: problems as readonly ('binary' | 'multiclass')[],
    parameters,
    weights: 'linear',
    missing: 'adds nothing to a leaf, and follows the branch that was the heavier when it was split',
    build: (schema: RowSchema, target: Target, snapshot?: Uint8Array) => {
      checkTarget(algorithm, problems, target)
      const arrays = snapshot && openSnapshot(snapshot, algorithm, parameters, schema, target)
      return new RunningForest(schema, target, parameters, arrays)
    },
  })
}

class RunningForest implements RunningLearner {
  readonly outputs: number
  private readonly schema: RowSchema
  private readonly target: Target
  private readonly parameters: ForestParameters
  private readonly layout: RowLayout
  private readonly members: readonly ForestMember[]
  private readonly scratch: Float64Array

  constructor(
    schema: RowSchema,
    target: Target,
    parameters: ForestParameters,
    arrays?: Readonly<Record<string, BinaryArray>>,
  ) {
    this.schema = schema
    this.target = target
    this.parameters = parameters
    this.outputs = target.classes
    this.layout = rowLayout(schema)
    this.scratch = new Float64Array(Math.max(16, target.classes))
    const { trees, columns, maxByteSize } = parameters
    const size = Math.max(1, Math.round(columns * this.layout.width))
    const each = { ...parameters, maxByteSize: Math.floor(maxByteSize / trees - WINDOWS) / 2 }
    const make = (random: SeededRandom) => new ClassTree(this.layout, target.classes, each, 0, { size, random })
    const seeds = new SeededRandom(parameters.seed)
    this.members = Array.from({ length: trees }, () => new ForestMember(parameters, seeds.bits(), make))
    for (const [i, member] of this.members.entries()) {
      if (arrays) member.load(String(i), arrays)
      else member.plant()
    }
  }

  predict(row: Float64Array, offset: number, out: Float64Array, at: number): void {
    const { members, scratch, outputs } = this
    const clean = this.isClean(row, offset)
    out.fill(0, at, at + outputs)
    for (let i = 0; i < members.length; i++) {
      const vote = members[i].vote
      members[i].answer(row, offset, clean, scratch)
      for (let c = 0; c < outputs; c++) out[at + c] += vote * scratch[c]
    }
    this.normalise(out, at)
  }

  learn(row: Float64Array, offset: number, label: number, weight: number): void {
    if (!checkLabel(this.target, label, weight)) return
    const clean = this.isClean(row, offset)
    for (const member of this.members) member.answerThenLearn(row, offset, label, weight, clean, this.scratch)
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
    const { members, scratch, outputs } = this
    const clean = this.isClean(row, offset)
    out.fill(0, at, at + outputs)
    for (let i = 0; i < members.length; i++) {
      const vote = members[i].vote
      members[i].answerThenLearn(row, offset, label, weight, clean, scratch)
      for (let c = 0; c < outputs; c++) out[at + c] += vote * scratch[c]
    }
    this.normalise(out, at)
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

  private normalise(out: Float64Array, at: number): void {
    const { outputs } = this
    let sum = 0
    for (let c = 0; c < outputs; c++) sum += out[at + c]
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
    return saveSnapshot(algorithm, this.parameters, this.schema, this.arrays(), this.target)
  }

  clone(): RunningLearner {
    return new RunningForest(this.schema, this.target, this.parameters, this.arrays())
  }

  byteSize(): number {
    return this.members.reduce((sum, member) => sum + member.byteSize(), 0)
  }
}
