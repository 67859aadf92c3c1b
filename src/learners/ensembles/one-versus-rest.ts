import { checkLabel } from '../check-label.ts'
import type { Learner, RunningLearner } from '../learner.ts'
import { compositeLearner } from './composite-learner.ts'
import { describedLearner } from './described-learner.ts'
import { RunningComposite } from './running-composite.ts'

/**
 * One versus rest: a learner of two classes makes one of several, by one model for each class, which tells it from the others.
 *
 * The probabilities are what the models say of their classes, divided by their sum. All models learn each row; it costs as
 * much as they do, and there is one for each class that the target may have. Throws MILLRACE_LEARNER_PARAMETER where the
 * learner is not for a binary problem.
 * Source: Rifkin & Klautau, In defense of one-vs-all classification, Journal of Machine Learning Research 5, 2004.
 */
export function oneVersusRest<C extends string>(learner: Learner<'binary', C>): Learner<'multiclass', C> {
  return compositeLearner({
    algorithm: 'one-versus-rest',
    problems: (learner as Learner).problems.includes('binary') ? ['multiclass'] : [],
    parameters: Object.freeze({ learner: describedLearner(learner) }),
    missing: learner.missing,
    parts: ({ classes }) =>
      Array.from({ length: classes }, () => ({ learner, target: { problem: 'binary', classes: 2 } })),
    state: () => new Float64Array(0),
    running: (of, parts, state) => new RunningOneVersusRest(of, parts, state),
  })
}

class RunningOneVersusRest extends RunningComposite {
  predict(row: Float64Array, offset: number, out: Float64Array, at: number): void {
    const { parts, said } = this
    for (let c = 0; c < parts.length; c++) parts[c].predict(row, offset, said, 2 * c)
    this.combine(out, at)
  }

  learn(row: Float64Array, offset: number, label: number, weight: number): void {
    if (!checkLabel(this.of.target, label, weight)) return
    const { parts } = this
    for (let c = 0; c < parts.length; c++) parts[c].learn(row, offset, c === label ? 1 : 0, weight)
  }

  predictThenLearn(
    row: Float64Array,
    offset: number,
    label: number,
    weight: number,
    out: Float64Array,
    at: number,
  ): void {
    if (!checkLabel(this.of.target, label, weight)) return this.predict(row, offset, out, at)
    const { parts, said } = this
    for (let c = 0; c < parts.length; c++) {
      parts[c].predictThenLearn(row, offset, c === label ? 1 : 0, weight, said, 2 * c)
    }
    this.combine(out, at)
  }

  private combine(out: Float64Array, at: number): void {
    const { said, outputs } = this
    let sum = 0
    for (let c = 0; c < outputs; c++) sum += said[2 * c + 1]
    for (let c = 0; c < outputs; c++) out[at + c] = sum > 0 ? said[2 * c + 1] / sum : 1 / outputs
  }

  protected over(parts: readonly RunningLearner[], state: Float64Array): RunningLearner {
    return new RunningOneVersusRest(this.of, parts, state)
  }
}
