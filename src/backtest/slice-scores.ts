import { type MetricValues, MetricSet } from '../evaluate/metric-set.ts'
import { accuracy } from '../evaluate/metrics/accuracy.ts'
import { logLoss } from '../evaluate/metrics/log-loss.ts'
import { mae } from '../evaluate/metrics/mae.ts'
import type { LearningState, OutcomeObserver } from '../operators/learning-state.ts'
import { Pages } from '../stats/pages.ts'

/** The figures of the outcomes whose row had this category. */
export interface SliceScore {
  readonly category: string
  readonly outcomes: number
  readonly values: MetricValues
}

/** Metrics of what was served, for each category of the graph's slice columns. */
export class SliceScores {
  private readonly state: LearningState
  private readonly columns: readonly {
    readonly column: number
    readonly scores: Pages<Float64Array>
    readonly counts: Float64Array
  }[]
  private readonly set: MetricSet
  private readonly out: Float64Array

  constructor(state: LearningState) {
    this.state = state
    const { problem, classes } = state.target
    this.set = new MetricSet(problem === 'regression' ? [mae()] : [accuracy(), logLoss()], problem, classes)
    this.out = new Float64Array(Math.max(2, classes))
    this.columns = state.graph.model.slices.map((column) => {
      const { size } = state.rows.schema.columns[column]
      return { column, scores: new Pages(new Float64Array(size * this.set.width)), counts: new Float64Array(size) }
    })
  }

  readonly observe: OutcomeObserver = (values, at, layout, label) => {
    const from = at + layout.served
    const { out, set } = this
    if (layout.kept === 1) {
      out[0] = this.state.target.problem === 'binary' ? 1 - values[from] : values[from]
      out[1] = values[from]
    } else for (let o = 0; o < layout.kept; o++) out[o] = values[from + o]
    const outcome = set.look(label, out, 0, Number.NaN, 1)
    for (const { column, scores, counts } of this.columns) {
      const code = values[at + layout.row + column]
      counts[code]++
      set.take(scores, code * set.width, outcome)
    }
  }

  /** By column name, the categories with the most outcomes first, at most `most` of them. */
  read(most: number): Record<string, SliceScore[]> {
    return Object.fromEntries(
      this.columns.map(({ column, scores, counts }) => {
        const codes = [...counts.keys()].filter((code) => counts[code] > 0).sort((a, b) => counts[b] - counts[a])
        const read = (code: number): SliceScore => ({
          category: this.state.rows.category(column, code) ?? '(unknown)',
          outcomes: counts[code],
          values: this.set.read(scores.values, code * this.set.width),
        })
        return [this.state.rows.schema.columns[column].name, codes.slice(0, most).map(read)]
      }),
    )
  }
}
