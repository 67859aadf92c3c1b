import { checkParameter } from '../../transforms/check-parameter.ts'
import { type RowSchema, rowSchema } from '../../transforms/row-schema.ts'
import { checkLabel } from '../check-label.ts'
import type { Learner, Problem, RunningLearner, Target } from '../learner.ts'
import { compositeLearner } from './composite-learner.ts'
import { describedLearner } from './described-learner.ts'
import { RunningComposite } from './running-composite.ts'

/**
 * Stacking: a learner that learns from what several others say of a row, before they learn it.
 *
 * Its rows have a number column for each probability of each of the others (of two classes that of true), or for each value.
 * All learn each row; it costs as much as they do. Throws MILLRACE_LEARNER_PARAMETER without learners, or where they solve no
 * problem in common with it.
 * Source: Wolpert, Stacked generalization, Neural Networks 5, 1992; online by what was said before the label came.
 */
export function stacking<P extends Problem, C extends string>(
  learner: Learner<P, 'number'>,
  learners: readonly Learner<P, C>[],
): Learner<P, C> {
  const algorithm = 'stacking'
  checkParameter(algorithm, 'learners', learners.length, { min: 1, max: 1000, whole: true })
  return compositeLearner({
    algorithm,
    problems: learner.problems.filter((problem) => learners.every(({ problems }) => problems.includes(problem))),
    parameters: Object.freeze({
      learner: describedLearner(learner),
      learners: Object.freeze(learners.map(describedLearner)),
    }),
    missing: learners.find(({ missing }) => missing !== 'ignored')?.missing ?? 'ignored',
    parts: (target) => [
      ...learners.map((one) => ({ learner: one, target })),
      { learner, target, schema: saidSchema(learners.length, target) },
    ],
    state: () => new Float64Array(0),
    running: (of, parts, state) => new RunningStack(of, parts, state),
  })
}

/** Numbers that a learner says of a row. */
function numbersOf({ classes }: Target): number {
  return classes === 2 ? 1 : classes
}

function saidSchema(learners: number, target: Target): RowSchema {
  const names = Array.from({ length: learners }, (_, i) => i)
  const each = Array.from({ length: numbersOf(target) }, (_, c) => c)
  return rowSchema(names.flatMap((i) => each.map((c) => ({ name: `said${i}.${c}`, kind: 'number', size: 1 }) as const)))
}

/** A stack at work: the last of its parts learns what the others say. */
class RunningStack extends RunningComposite {
  private readonly row = new Float64Array((this.parts.length - 1) * numbersOf(this.of.target))

  predict(row: Float64Array, offset: number, out: Float64Array, at: number): void {
    const { parts, said, outputs } = this
    const last = parts.length - 1
    for (let i = 0; i < last; i++) parts[i].predict(row, offset, said, i * outputs)
    this.take()
    parts[last].predict(this.row, 0, out, at)
  }

  learn(row: Float64Array, offset: number, label: number, weight: number): void {
    if (!checkLabel(this.of.target, label, weight)) return
    this.teachFirst(row, offset, label, weight)
    this.parts[this.parts.length - 1].learn(this.row, 0, label, weight)
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
    this.teachFirst(row, offset, label, weight)
    this.parts[this.parts.length - 1].predictThenLearn(this.row, 0, label, weight, out, at)
  }

  /** Lets all but the last say what they think of the row, and then learn it. */
  private teachFirst(row: Float64Array, offset: number, label: number, weight: number): void {
    const { parts, said, outputs } = this
    for (let i = 0; i < parts.length - 1; i++) {
      parts[i].predictThenLearn(row, offset, label, weight, said, i * outputs)
    }
    this.take()
  }

  /** Takes over what was said into the row of the last. */
  private take(): void {
    const { row, said, outputs } = this
    for (let k = 0; k < row.length; k++) row[k] = outputs === 2 ? said[2 * k + 1] : said[k]
  }

  protected over(parts: readonly RunningLearner[], state: Float64Array): RunningLearner {
    return new RunningStack(this.of, parts, state)
  }
}
