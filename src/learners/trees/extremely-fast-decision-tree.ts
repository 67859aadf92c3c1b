import { checkParameter } from '../../transforms/check-parameter.ts'
import { rowLayout } from '../../transforms/row-layout.ts'
import type { RowSchema } from '../../transforms/row-schema.ts'
import { openSnapshot, saveSnapshot } from '../../transforms/snapshot.ts'
import { checkLabel } from '../check-label.ts'
import { checkTarget } from '../check-target.ts'
import type { Learner, Problem, RunningLearner, Target } from '../learner.ts'
import { ClassTree } from './class-tree.ts'
import type { TreeArrays } from './growing-tree.ts'
import { explainPath } from './explain-path.ts'
import { innerStatistics } from './inner-statistics.ts'
import { type TreeOptions, type TreeParameters, treeParameters } from './tree-parameters.ts'

const problems: readonly Problem[] = Object.freeze(['binary', 'multiclass'] as const)
const ROOT = 0

/** Options of an extremely fast decision tree. */
export interface ReconsideringTreeOptions extends TreeOptions {
  /** Weight that an inner node learns between two looks at its split, 1 to 1e9. Default 2,000. */
  readonly reevaluationPeriod?: number
}

type Parameters = TreeParameters & { readonly reevaluationPeriod: number }

/**
 * The extremely fast decision tree (EFDT, Hoeffding anytime tree): a Hoeffding tree that splits a leaf as soon as its best
 * column is better than none, and splits again, dropping all below, where another column turns out better later.
 *
 * Else it is as `hoeffdingTree`; a node goes on learning after it was split. Defaults are those of MOA. A row costs the depth
 * times a leaf of a Hoeffding tree; memory is at most `maxByteSize`. Throws MILLRACE_LEARNER_PARAMETER on an option out of
 * range.
 * Source: Manapragada, Webb & Salehi, Extremely fast decision tree, KDD 2018.
 */
export function extremelyFastDecisionTree(
  options: ReconsideringTreeOptions = {},
): Learner<'binary' | 'multiclass', 'number' | 'category'> {
  const algorithm = 'extremely-fast-decision-tree'
  const period = options.reevaluationPeriod ?? 2000
  const parameters: Parameters = Object.freeze({
    ...treeParameters(algorithm, options, ['reevaluationPeriod']),
    reevaluationPeriod: checkParameter(algorithm, 'reevaluationPeriod', period, { min: 1, max: 1e9 }),
  })
  return Object.freeze({
    algorithm,
    problems: problems as readonly ('binary' | 'multiclass')[],
    parameters,
    weights: 'linear',
    missing: 'adds nothing to a node, and follows the branch that was the heavier when it was split',
    build: (schema: RowSchema, target: Target, snapshot?: Uint8Array) => {
      checkTarget(algorithm, problems, target)
      const arrays = snapshot && openSnapshot(snapshot, algorithm, parameters, schema, target)
      return new RunningExtremelyFastTree(schema, target, parameters, arrays as TreeArrays | undefined)
    },
  })
}

class RunningExtremelyFastTree implements RunningLearner {
  readonly outputs: number
  private readonly schema: RowSchema
  private readonly target: Target
  private readonly parameters: Parameters
  private readonly tree: ClassTree
  private readonly scratch: Float64Array

  constructor(schema: RowSchema, target: Target, parameters: Parameters, arrays?: TreeArrays) {
    this.schema = schema
    this.target = target
    this.parameters = parameters
    this.outputs = target.classes
    this.tree = new ClassTree(rowLayout(schema), target.classes, parameters)
    this.scratch = new Float64Array(target.classes)
    if (arrays) this.tree.load(arrays)
    else this.tree.plant()
  }

  predict(row: Float64Array, offset: number, out: Float64Array, at: number): void {
    const clean = this.tree.isClean(row, offset)
    this.tree.answer(this.tree.nodes.leafBelow(ROOT, row, offset, clean), row, offset, clean, out, at)
  }

  learn(row: Float64Array, offset: number, label: number, weight: number): void {
    if (checkLabel(this.target, label, weight)) this.answerThenLearn(row, offset, label, weight, this.scratch, 0)
  }

  predictThenLearn(
    row: Float64Array,
    offset: number,
    label: number,
    weight: number,
    out: Float64Array,
    at: number,
  ): void {
    if (checkLabel(this.target, label, weight)) this.answerThenLearn(row, offset, label, weight, out, at)
    else this.predict(row, offset, out, at)
  }

  private answerThenLearn(
    row: Float64Array,
    offset: number,
    label: number,
    weight: number,
    out: Float64Array,
    at: number,
  ): void {
    const { tree } = this
    const { nodes, leaves, classes } = tree
    const clean = tree.isClean(row, offset)
    const leaf = nodes.leafBelow(ROOT, row, offset, clean)
    const due = tree.answerThenLearn(leaf, row, offset, label, weight, clean, out, at)
    for (let node = ROOT; node !== leaf; node = nodes.child(node, row, offset)) {
      const slot = nodes.slot[node]
      nodes.counts[node * classes + label] += weight
      innerStatistics.learn(leaves, slot, row, offset, label, weight, clean)
      if (leaves.addWeight(slot, weight) < this.parameters.reevaluationPeriod) continue
      leaves.clearWeight(slot)
      if (this.reconsider(node)) return
    }
    if (due) this.tryToSplit(leaf)
  }

  /** Splits a leaf if its best column is better than none by more than chance allows. */
  private tryToSplit(leaf: number): void {
    const { tree, parameters } = this
    const slot = tree.nodes.slot[leaf]
    tree.leaves.clearWeight(slot)
    const bound = this.boundOf(leaf)
    if (bound === Infinity) return
    const { search } = tree
    search.run(slot, tree.nodes.counts, leaf * tree.classes)
    if (search.merit > 0 && (search.merit > bound || bound < parameters.tau)) tree.split(leaf, true)
  }

  /** Splits an inner node again if another column is better than its own; makes it a leaf if none is any good. Says whether it did. */
  private reconsider(node: number): boolean {
    const { tree, parameters } = this
    const { nodes, search } = tree
    const bound = this.boundOf(node)
    if (bound === Infinity) return false
    innerStatistics.settle(tree.leaves, nodes.slot[node])
    search.run(nodes.slot[node], nodes.counts, node * tree.classes)
    const column = nodes.column(node)
    const own = search.merits[column]
    if (!(search.merit > 0)) {
      if (!(-own > bound)) return false
      tree.prune(node)
      return true
    }
    const lead = search.merit - (own > 0 ? own : 0)
    if (search.column === column || !(lead > bound || (bound < parameters.tau && lead > parameters.tau / 2)))
      return false
    tree.prune(node)
    tree.split(node, true)
    return true
  }

  /** Hoeffding's bound for a node; infinite where it has seen one class only. */
  private boundOf(node: number): number {
    const { tree } = this
    let weight = 0
    let present = 0
    for (let c = 0; c < tree.classes; c++) {
      const own = tree.nodes.counts[node * tree.classes + c]
      weight += own
      if (own > 0) present++
    }
    return present < 2 ? Infinity : tree.bound(weight, present)
  }

  explain(row: Float64Array, offset: number, out: Float64Array, at: number): void {
    explainPath(this.tree, ROOT, row, offset, out, at)
  }

  save(): Uint8Array {
    const { parameters, schema, target } = this
    return saveSnapshot('extremely-fast-decision-tree', parameters, schema, this.tree.arrays(), target)
  }

  clone(): RunningLearner {
    return new RunningExtremelyFastTree(this.schema, this.target, this.parameters, this.tree.arrays())
  }

  byteSize(): number {
    return this.tree.byteSize()
  }
}
