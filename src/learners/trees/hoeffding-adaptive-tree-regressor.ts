import { rowLayout } from '../../transforms/row-layout.ts'
import type { RowSchema } from '../../transforms/row-schema.ts'
import { openSnapshot } from '../../transforms/snapshot.ts'
import { checkTarget } from '../check-target.ts'
import type { Learner, Problem, Target } from '../learner.ts'
import { type AdaptiveOptions, adaptiveParameterNames, adaptiveParameters } from './adaptive-parameters.ts'
import type { AdaptiveArrays } from './adaptive-tree.ts'
import { RunningAdaptiveTree } from './running-adaptive-tree.ts'
import { ValueTree } from './value-tree.ts'
import { type ValueTreeOptions, valueTreeParameters } from './value-tree-parameters.ts'

const problems: readonly Problem[] = Object.freeze(['regression'] as const)

/** Options of a Hoeffding adaptive tree for values. */
export type AdaptiveValueTreeOptions = ValueTreeOptions & AdaptiveOptions

/**
 * The Hoeffding adaptive tree for values: a Hoeffding tree regressor that watches the errors of each branch with ADWIN;
 * where they rise, a new branch grows beside the old one, and takes its place once it errs less.
 *
 * An error is the distance d from the target as d / (d + the usual distance), so that it lies in 0 to 1 whatever the scale.
 * Else it is as `hoeffdingTreeRegressor`. A row costs as much as there, and the depth times one step of ADWIN; memory, with
 * all windows, is at most `maxByteSize`. Throws MILLRACE_LEARNER_PARAMETER on an option out of range.
 * Source: Bifet & Gavaldà, Adaptive learning from evolving data streams, IDA 2009, over the trees of Ikonomovska, Gama &
 * Džeroski, 2011.
 */
export function hoeffdingAdaptiveTreeRegressor(
  options: AdaptiveValueTreeOptions = {},
): Learner<'regression', 'number' | 'category'> {
  const algorithm = 'hoeffding-adaptive-tree-regressor'
  const parameters = Object.freeze({
    ...valueTreeParameters(algorithm, options, adaptiveParameterNames),
    ...adaptiveParameters(algorithm, options),
  })
  return Object.freeze({
    algorithm,
    problems: problems as readonly 'regression'[],
    parameters,
    weights: 'linear',
    missing: 'adds nothing to a leaf, and follows the branch that was the heavier when it was split',
    build: (schema: RowSchema, target: Target, snapshot?: Uint8Array) => {
      checkTarget(algorithm, problems, target)
      const arrays = snapshot && openSnapshot(snapshot, algorithm, parameters, schema, target)
      const make = (extraBytes: number) => new ValueTree(rowLayout(schema), parameters, { extraBytes })
      return new RunningAdaptiveTree({ algorithm, parameters, schema, target, make }, arrays as AdaptiveArrays)
    },
  })
}
