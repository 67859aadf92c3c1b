import { type MetricValues, MetricSet } from '../evaluate/metric-set.ts'
import { accuracy } from '../evaluate/metrics/accuracy.ts'
import { logLoss } from '../evaluate/metrics/log-loss.ts'
import { mae } from '../evaluate/metrics/mae.ts'
import type { LearningState, OutcomeObserver } from '../operators/learning-state.ts'
import { Pages } from '../stats/pages.ts'

const ORDERED = 31 // categories that are numbers and shown in their order: weekdays, hours, months, days of a month
const WEEKDAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday']
/** The whole of an arrow that says the weekday of its record. */
const WEEKDAY_ARROW = /^\(?\s*\w+\s*\)?\s*=>\s*String\(\s*(?:[\w$]+\.)?dayOfWeek\([^()]*\)\s*\)$/

/** The figures of the outcomes whose row had this category. */
export interface SliceScore {
  readonly category: string
  /** The category for people: a weekday by its name, where it is known to be one. */
  readonly title: string
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

  /** By column name: categories that are numbers in their order, others by outcomes, at most `most` of them. */
  read(most: number): { slices: Record<string, SliceScore[]>; orderedSlices: string[] } {
    const orderedSlices: string[] = []
    const slices = this.columns.map(({ column, scores, counts }): [string, SliceScore[]] => {
      const { name } = this.state.rows.schema.columns[column]
      const codes = [...counts.keys()].filter((code) => counts[code] > 0)
      const numbers = codes.map((code) => this.numberOf(column, code))
      const isOrdered = codes.length <= ORDERED && numbers.every((one, i) => codes[i] === 0 || Number.isFinite(one))
      if (isOrdered) orderedSlices.push(name)
      const order = isOrdered
        ? [...codes.keys()].sort((a, b) => numbers[a] - numbers[b]).map((i) => codes[i])
        : codes.sort((a, b) => counts[b] - counts[a]).slice(0, most)
      const isWeekday = this.isWeekday(column)
      const read = (code: number): SliceScore => {
        const category = this.categoryOf(column, code)
        return {
          category,
          title: (isWeekday ? WEEKDAYS[Number(category)] : undefined) ?? category,
          outcomes: counts[code],
          values: this.set.read(scores.values, code * this.set.width),
        }
      }
      return [name, order.map(read)]
    })
    return { slices: Object.fromEntries(slices), orderedSlices }
  }

  /** Code 0 is a missing value, and also a value for which the dictionary had no room once it was full. */
  private categoryOf(column: number, code: number): string {
    const { rows } = this.state
    const dictionary = rows.dictionary(column)
    const isFull = dictionary !== undefined && dictionary.used >= dictionary.size - 1
    return rows.category(column, code) ?? (isFull ? '(missing or too rare)' : '(missing)')
  }

  /** The number that a category says; what is missing comes last. */
  private numberOf(column: number, code: number): number {
    const text = this.state.rows.category(column, code)
    if (text === undefined) return Number.MAX_VALUE
    return text.trim() === '' ? Number.NaN : Number(text)
  }

  private isWeekday(column: number): boolean {
    const { from } = this.state.graph.model.columns[column]
    if (from.kind !== 'column' || from.column.source !== 'derived') return false
    const { input, index } = from.column
    return WEEKDAY_ARROW.test(String(this.state.graph.inputs[input].derived[index].arrow))
  }
}
