import { rowLayout } from '../../transforms/row-layout.ts'
import type { RowSchema } from '../../transforms/row-schema.ts'
import { openSnapshot } from '../../transforms/snapshot.ts'
import { checkTarget } from '../check-target.ts'
import type { Learner, Problem, Target } from '../learner.ts'
import { type AdaptiveOptions, adaptiveParameterNames, adaptiveParameters } from './adaptive-parameters.ts'
import type { AdaptiveArrays } from './adaptive-tree.ts'
import { ClassTree } from './class-tree.ts'
import { RunningAdaptiveTree } from './running-adaptive-tree.ts'
import { type TreeOptions, treeParameters } from './tree-parameters.ts'

const problems: readonly Problem[] = Object.freeze(['binary', 'multiclass'] as const)

/** Options of a Hoeffding adaptive tree. */
export type AdaptiveTreeOptions = TreeOptions & AdaptiveOptions

/**
 * The Hoeffding adaptive tree: a Hoeffding tree that watches the errors of each branch with ADWIN; where they rise, a new
 * branch grows beside the old one, and takes its place once it errs less.
 *
 * Else it is as `hoeffdingTree`; defaults are those of MOA and River. A weight multiplies what a row adds to its leaf; an
 * error counts once whatever the weight. A row costs as much as there, and the depth times one step of ADWIN; memory, with
 * all windows, is at most `maxByteSize`. Throws MILLRACE_LEARNER_PARAMETER on an option out of range.
 * Source: Bifet & Gavaldà, Adaptive learning from evolving data streams, IDA 2009.
 */
export function hoeffdingAdaptiveTree(
  options: AdaptiveTreeOptions = {},
): Learner<'binary' | 'multiclass', 'number' | 'category'> {
  const algorithm = 'hoeffding-adaptive-tree'
  const parameters = Object.freeze({
    ...treeParameters(algorithm, options, adaptiveParameterNames),
    ...adaptiveParameters(algorithm, options),
  })
  return Object.freeze({
    algorithm,
    problems: problems as readonly ('binary' | 'multiclass')[],
    parameters,
    weights: 'linear',
    missing: 'adds nothing to a leaf, and follows the branch that was the heavier when it was split',
    build: (schema: RowSchema, target: Target, snapshot?: Uint8Array) => {
      checkTarget(algorithm, problems, target)
      const arrays = snapshot && openSnapshot(snapshot, algorithm, parameters, schema, target)
      const make = (extraBytes: number) => new ClassTree(rowLayout(schema), target.classes, parameters, { extraBytes })
      return new RunningAdaptiveTree({ algorithm, parameters, schema, target, make }, arrays as AdaptiveArrays)
    },
  })
}
