import { rowLayout } from '../../transforms/row-layout.ts'
import type { RowSchema } from '../../transforms/row-schema.ts'
import { openSnapshot } from '../../transforms/snapshot.ts'
import { checkTarget } from '../check-target.ts'
import type { Learner, Problem, Target } from '../learner.ts'
import { ClassTree } from './class-tree.ts'
import type { TreeArrays } from './growing-tree.ts'
import { RunningTree } from './running-tree.ts'
import { type TreeOptions, treeParameters } from './tree-parameters.ts'

const problems: readonly Problem[] = Object.freeze(['binary', 'multiclass'] as const)

/**
 * The Hoeffding tree (VFDT): a decision tree that learns each row once and splits a leaf as soon as Hoeffding's bound says
 * that the best column is the best.
 *
 * Numbers are split at a threshold, found by Gaussians a class or by bins; a coded column has a branch for each code up to the
 * highest seen, or splits one off where that is above 63; in a leaf it takes 8 bytes a code and class. A number that is
 * missing adds nothing to a leaf, and at a split the row goes to the branch that was the heavier when the split was made.
 * Defaults are those of MOA. A weight multiplies what a row adds to its leaf. `explain` gives what each column changed in
 * the probability of the last class on the way to the leaf. A row costs the depth, and columns x classes in the leaf; memory
 * is at most `maxByteSize`. Throws MILLRACE_LEARNER_PARAMETER on an option out of range.
 * Source: Domingos & Hulten, Mining high-speed data streams, KDD 2000; adaptive leaves: Gama, Rocha & Medas, Accurate
 * decision trees for mining high-speed data streams, KDD 2003, and Holmes, Kirkby & Pfahringer, Stress-testing Hoeffding
 * trees, PKDD 2005.
 */
export function hoeffdingTree(options: TreeOptions = {}): Learner<'binary' | 'multiclass', 'number' | 'category'> {
  const parameters = Object.freeze(treeParameters('hoeffding-tree', options))
  return Object.freeze({
    algorithm: 'hoeffding-tree',
    problems: problems as readonly ('binary' | 'multiclass')[],
    parameters,
    weights: 'linear',
    missing: 'adds nothing to a leaf, and follows the branch that was the heavier when it was split',
    build: (schema: RowSchema, target: Target, snapshot?: Uint8Array) => {
      checkTarget('hoeffding-tree', problems, target)
      const arrays = snapshot && openSnapshot(snapshot, 'hoeffding-tree', parameters, schema, target)
      const make = () => new ClassTree(rowLayout(schema), target.classes, parameters)
      return new RunningTree({ algorithm: 'hoeffding-tree', parameters, schema, target, make }, arrays as TreeArrays)
    },
  })
}
