import { rowLayout } from '../../transforms/row-layout.ts'
import type { RowSchema } from '../../transforms/row-schema.ts'
import { openSnapshot } from '../../transforms/snapshot.ts'
import { checkTarget } from '../check-target.ts'
import type { Learner, Problem, Target } from '../learner.ts'
import type { TreeArrays } from './growing-tree.ts'
import { RunningTree } from './running-tree.ts'
import { ValueTree } from './value-tree.ts'
import { type ValueTreeOptions, valueTreeParameters } from './value-tree-parameters.ts'

const problems: readonly Problem[] = Object.freeze(['regression'] as const)

/**
 * The Hoeffding tree for values: a regression tree that learns each row once and splits a leaf on the column that takes away
 * most of the variance, as soon as Hoeffding's bound on the ratio of the two best says so.
 *
 * Numbers are cut between bins of equal weight (64 a leaf and column); categories and indicators split one code off. Leaves
 * predict their mean, a linear model of standardised numbers, or whichever erred less lately; never beyond the targets seen.
 * A number that is missing adds nothing to a leaf, and at a split the row goes to the branch that was the heavier when the
 * split was made. Targets beyond 1e100 count as that. A weight multiplies what a row adds to its leaf. `explain` gives what
 * each column changed in the mean on the way to the leaf. A row costs the depth, the columns, and a share of a sort; memory
 * is at most `maxByteSize`. Throws MILLRACE_LEARNER_PARAMETER on an option out of range.
 * Source: Ikonomovska, Gama & Džeroski, Learning model trees from evolving data streams, Data Mining and Knowledge
 * Discovery 23, 2011; the ratio as in River's HoeffdingTreeRegressor.
 */
export function hoeffdingTreeRegressor(options: ValueTreeOptions = {}): Learner<'regression', 'number' | 'category'> {
  const algorithm = 'hoeffding-tree-regressor'
  const parameters = Object.freeze(valueTreeParameters(algorithm, options))
  return Object.freeze({
    algorithm,
    problems: problems as readonly 'regression'[],
    parameters,
    weights: 'linear',
    missing: 'adds nothing to a leaf, and follows the branch that was the heavier when it was split',
    build: (schema: RowSchema, target: Target, snapshot?: Uint8Array) => {
      checkTarget(algorithm, problems, target)
      const arrays = snapshot && openSnapshot(snapshot, algorithm, parameters, schema, target)
      const make = () => new ValueTree(rowLayout(schema), parameters)
      return new RunningTree({ algorithm, parameters, schema, target, make }, arrays as TreeArrays | undefined)
    },
  })
}
