import type { Problem } from '../learners/learner.ts'

/**
 * A metric of predictions: a description, plain and frozen, whose state is `width` doubles inside an array that the
 * caller owns. All of a metric's state is sums, so that two states merge by adding them double by double, a fading
 * metric multiplies its state by a factor, and a rolling one adds up the states of its panes.
 */
export interface Metric {
  /** Name in kebab-case, the file's name. */
  readonly name: string
  /** JSON-like; together with `name` all that makes this metric what it is. */
  readonly parameters: Readonly<Record<string, number>>
  readonly problems: readonly Problem[]
  readonly better: 'higher' | 'lower'
  /**
   * The name of a state that several metrics read: those of a set that say the same name, which have the same width and
   * the same `update`, share one state, updated once. Absent where the state is the metric's own.
   */
  readonly shares?: string
  /** Doubles of state for a problem of `classes` classes (1 for regression). */
  width(classes: number): number
  /**
   * Takes one outcome: `label` is a class index or a value; the prediction is `out[at...]` as a learner writes it;
   * `last` is what the no-change rule would have said when the prediction was made (the last label known then; NaN when
   * there was none); weight > 0.
   */
  update(
    state: Float64Array,
    from: number,
    classes: number,
    label: number,
    out: Float64Array,
    at: number,
    last: number,
    weight: number,
  ): void
  /** The metric's value; NaN while it is undefined. */
  read(state: Float64Array, from: number, classes: number): number
  /** A standard error of `read` for independent outcomes, where a formula exists; NaN while undefined. */
  standardError?(state: Float64Array, from: number, classes: number): number
}
