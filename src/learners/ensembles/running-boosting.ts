import type { BinaryArray } from '../../stats/binary-format.ts'
import { exp } from '../../stats/math/exp.ts'
import { SeededRandom } from '../../stats/seeded-random.ts'
import { LARGEST_NUMBER, type RowLayout, rowLayout } from '../../transforms/row-layout.ts'
import type { RowSchema } from '../../transforms/row-schema.ts'
import { saveSnapshot } from '../../transforms/snapshot.ts'
import { checkLabel } from '../check-label.ts'
import type { RunningLearner, Target } from '../learner.ts'
import { sigmoidInto } from '../linear/sigmoid-into.ts'
import { ValueTree } from '../trees/value-tree.ts'
import { BoostedTree } from './boosted-tree.ts'
import type { BoostingParameters } from './boosting-parameters.ts'
import { drawPatch } from './draw-patch.ts'
import { patchLayout } from './patch-layout.ts'

const largest = LARGEST_NUMBER
const FARTHEST = 4 // from which on a Newton step counts as that: where a class was thought unlikely it would be huge (Friedman et al., 2000)
const WINDOW = 4_300 // bytes of a tree beside its nodes and leaves
const detail = { bins: 16, buffer: 32, startsAnew: true } // trees are many and small

/**
 * Gradient boosted trees at work. Each tree learns what the trees before it leave: Newton's step for the class, or the rest of
 * the value, from what they said of the row before they learned it. So predicting and learning are one walk. Of several classes
 * each has a chain of trees from its first label on; a class of no label has no probability.
 */
export class RunningBoosting implements RunningLearner {
  readonly outputs: number
  private readonly algorithm: string
  private readonly parameters: BoostingParameters
  private readonly schema: RowSchema
  private readonly target: Target
  private readonly layout: RowLayout
  /** Scores a row: one for two classes or a value, else one a class. */
  private readonly width: number
  /** The trees of each score in the order they follow each other; none before the first label of its class. */
  private readonly chains: readonly BoostedTree[][]
  /** The scores that have trees, in their order. */
  private live: number[] = []
  private readonly seeds: Int32Array
  private readonly scores: Float64Array
  private readonly shares: Float64Array
  private readonly scratch = new Float64Array(16)
  /** Weight and mean of the values: where the first tree begins. */
  private readonly base = new Float64Array(2)

  constructor(
    algorithm: string,
    parameters: BoostingParameters,
    schema: RowSchema,
    target: Target,
    arrays?: Readonly<Record<string, BinaryArray>>,
  ) {
    this.algorithm = algorithm
    this.parameters = parameters
    this.schema = schema
    this.target = target
    this.layout = rowLayout(schema)
    this.outputs = target.classes
    this.width = target.classes > 2 ? target.classes : 1
    this.scores = new Float64Array(Math.max(16, this.width))
    this.shares = new Float64Array(Math.max(16, target.classes))
    const random = new SeededRandom(parameters.seed)
    this.seeds = Int32Array.from({ length: parameters.trees * this.width }, () => random.bits())
    this.chains = Array.from({ length: this.width }, () => [])
    if (arrays) this.load(arrays)
    else if (this.width === 1) this.begin(0)
  }

  private load(arrays: Readonly<Record<string, BinaryArray>>): void {
    this.base.set(arrays.base)
    this.live = [...arrays.live]
    for (const score of this.live) {
      this.plant(score)
      for (const [m, tree] of this.chains[score].entries()) tree.load(`${score}.${m}`, arrays)
    }
  }

  /** Begins the chain of a class of which the first label has come. */
  private begin(score: number): void {
    const before = this.share()
    this.live = [...this.live, score].sort((a, b) => a - b)
    const share = this.share()
    if (share < before) for (const chain of this.chains) for (const tree of chain) tree.narrow(share)
    this.plant(score)
  }

  private plant(score: number): void {
    const { trees, columns, driftDelta, gracePeriod, delta, tau } = this.parameters
    const make = (random: SeededRandom, saved?: Int32Array) => {
      const each = { gracePeriod, delta, tau, leaves: 'mean', maxByteSize: this.share() } as const
      return new ValueTree(patchLayout(this.layout, saved ?? drawPatch(this.layout, columns, random)), each, detail)
    }
    const chain = this.chains[score]
    for (let m = 0; m < trees; m++) chain.push(new BoostedTree(driftDelta, this.seeds[score * trees + m], make))
  }

  /** Bytes that each tree may hold: room is kept for the next power of two of chains, so that it seldom shrinks. */
  private share(): number {
    const { trees, maxByteSize } = this.parameters
    let chains = 1
    while (chains < this.live.length) chains *= 2
    return Math.floor(maxByteSize / (trees * Math.min(chains, this.width))) - WINDOW
  }

  predict(row: Float64Array, offset: number, out: Float64Array, at: number): void {
    const { chains, scores, live, scratch } = this
    const { learningRate } = this.parameters
    const clean = this.isClean(row, offset)
    this.start()
    for (let l = 0; l < live.length; l++) {
      const chain = chains[live[l]]
      for (let m = 0; m < chain.length; m++) {
        chain[m].answer(row, offset, clean, scratch, 0)
        scores[live[l]] += learningRate * scratch[0]
      }
    }
    this.conclude(out, at)
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
    const learns = checkLabel(this.target, label, weight)
    const isNew = this.width > 1 && this.chains[label].length === 0
    if (!learns || isNew) this.predict(row, offset, out, at)
    if (!learns) return
    this.step(row, offset, label, weight)
    if (!isNew) this.conclude(out, at)
  }

  /** Every tree learns what those before it left of the label; afterwards `scores` are those that `predict` gives. */
  private step(row: Float64Array, offset: number, label: number, weight: number): void {
    const { chains, scores, shares, width, scratch, base } = this
    const { learningRate, trees } = this.parameters
    const isValue = this.target.problem === 'regression'
    if (width > 1 && chains[label].length === 0) this.begin(label)
    const { live } = this
    const clean = this.isClean(row, offset)
    const value = label > largest ? largest : label < -largest ? -largest : label
    this.start()
    if (isValue && base[0] === 0) return this.learnBase(value, weight) // nothing is left for trees to learn
    for (let m = 0; m < trees; m++) {
      if (!isValue) this.conclude(shares, 0) // the trees of a round do not know what each other says
      for (let l = 0; l < live.length; l++) {
        const score = live[l]
        const wanted = isValue ? value - scores[0] : this.newtonStep(width === 1 ? 1 : score, label)
        chains[score][m].answerThenLearn(row, offset, wanted, weight, clean, scratch, 0)
        scores[score] += learningRate * scratch[0]
      }
    }
    if (isValue) this.learnBase(value, weight)
  }

  /** What is to be added to the score of a class: the gradient of the log loss over its curvature. */
  private newtonStep(of: number, label: number): number {
    const { shares } = this
    const wanted = of === label ? 1 / shares[of] : -1 / (1 - shares[of])
    if (Math.abs(wanted) <= FARTHEST) return wanted
    return of === label ? FARTHEST : -FARTHEST
  }

  /** The scores before the first tree. */
  private start(): void {
    const { scores, base, width, live } = this
    scores.fill(live.length < width ? -Infinity : base[1], 0, width)
    if (live.length < width) for (let l = 0; l < live.length; l++) scores[live[l]] = 0
  }

  private learnBase(value: number, weight: number): void {
    const { base } = this
    base[0] += weight
    base[1] += (weight / base[0]) * (value - base[1])
  }

  /** Writes what the scores amount to: the value, or the probabilities by the logistic function of one or of all. */
  private conclude(out: Float64Array, at: number): void {
    const { scores, width } = this
    const { problem, classes } = this.target
    if (problem === 'regression') {
      out[at] = scores[0]
      return
    }
    if (width === 1) return sigmoidInto(scores[0], out, at)
    if (this.live.length === 0) {
      out.fill(1 / classes, at, at + classes)
      return
    }
    let top = scores[0]
    for (let c = 1; c < classes; c++) if (scores[c] > top) top = scores[c]
    let sum = 0
    for (let c = 0; c < classes; c++) {
      out[at + c] = scores[c] > top - 700 ? exp(scores[c] - top) : 0
      sum += out[at + c]
    }
    for (let c = 0; c < classes; c++) out[at + c] /= sum
  }

  /** What each column changed in the score of the last class, or in the value, summed over the trees. */
  explain(row: Float64Array, offset: number, out: Float64Array, at: number): void {
    const parts = new Float64Array(this.layout.width)
    out.fill(0, at, at + parts.length)
    for (const tree of this.chains[this.width - 1]) {
      tree.explain(row, offset, parts)
      for (let j = 0; j < parts.length; j++) out[at + j] += this.parameters.learningRate * parts[j]
    }
  }

  private isClean(row: Float64Array, offset: number): boolean {
    const { numberAt } = this.layout
    for (let j = 0; j < numberAt.length; j++) if (!(Math.abs(row[offset + numberAt[j]]) <= largest)) return false
    return true
  }

  private arrays(): Record<string, BinaryArray> {
    const all: Record<string, BinaryArray> = { base: this.base.slice(), live: Int32Array.from(this.live) }
    for (const score of this.live) {
      for (const [m, tree] of this.chains[score].entries()) Object.assign(all, tree.arrays(`${score}.${m}`))
    }
    return all
  }

  save(): Uint8Array {
    return saveSnapshot(this.algorithm, this.parameters, this.schema, this.arrays(), this.target)
  }

  clone(): RunningLearner {
    return new RunningBoosting(this.algorithm, this.parameters, this.schema, this.target, this.arrays())
  }

  byteSize(): number {
    return this.chains.flat().reduce((sum, tree) => sum + tree.byteSize(), this.base.byteLength)
  }
}
