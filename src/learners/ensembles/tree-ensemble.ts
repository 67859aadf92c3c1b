import { rowLayout, type RowLayout } from '../../transforms/row-layout.ts'
import type { RowSchema } from '../../transforms/row-schema.ts'
import { openSnapshot } from '../../transforms/snapshot.ts'
import { SeededRandom } from '../../stats/seeded-random.ts'
import { checkTarget } from '../check-target.ts'
import type { Learner, Problem, Target } from '../learner.ts'
import type { EnsembleMember } from './ensemble-member.ts'
import { RunningEnsemble, type Teach } from './running-ensemble.ts'

/** An ensemble of trees: how a member is made, and how they learn. */
export interface TreeEnsemble<P extends Problem, Member extends EnsembleMember> {
  readonly algorithm: string
  readonly problems: readonly P[]
  readonly parameters: Readonly<{ trees: number; seed: number }>
  readonly member: (layout: RowLayout, classes: number, seed: number) => Member
  /** As a running ensemble has them. */
  readonly teach?: Teach<Member>
  readonly settle?: (members: readonly Member[]) => void
}

/** The description of a learner that is an ensemble of trees, each with a seed of its own. */
export function treeEnsemble<P extends Problem, Member extends EnsembleMember>(
  ensemble: TreeEnsemble<P, Member>,
): Learner<P, 'number' | 'category'> {
  const { algorithm, teach, settle } = ensemble
  const problems = Object.freeze(ensemble.problems)
  const parameters = Object.freeze(ensemble.parameters)
  return Object.freeze({
    algorithm,
    problems,
    parameters,
    weights: 'linear',
    missing: 'adds nothing to a leaf, and follows the branch that was the heavier when it was split',
    build: (schema: RowSchema, target: Target, snapshot?: Uint8Array) => {
      checkTarget(algorithm, problems, target)
      const arrays = snapshot && openSnapshot(snapshot, algorithm, parameters, schema, target)
      const members = () => {
        const layout = rowLayout(schema)
        const seeds = new SeededRandom(parameters.seed)
        return Array.from({ length: parameters.trees }, () => ensemble.member(layout, target.classes, seeds.bits()))
      }
      return new RunningEnsemble({ algorithm, parameters, schema, target, members, teach, settle }, arrays)
    },
  })
}
