import { PagedTexts } from '../stats/paged-texts.ts'
import type { Stateful, StateRegion } from '../stats/state-region.ts'
import type { Graph } from '../stream/graph.ts'
import type { InputColumns } from '../stream/input-columns.ts'
import { RecordView } from '../stream/record-view.ts'
import { ArrowFailure } from './arrow-failure.ts'
import { columnOf } from './column-of.ts'
import type { Dictionary } from './dictionary.ts'

const PLACE = 'the value of the label'

/**
 * The value of a label: read off a column, or, where the arrow wants the event as well, computed from both records. Only
 * then are records kept, as JSON text: events until their label comes, and labels that came first.
 */
export class LabelValue implements Stateful {
  /** True where the arrow wants the event, too. */
  readonly joined: boolean
  private readonly graph: Graph
  private readonly classes: Dictionary | undefined
  private readonly eventView: RecordView
  private readonly labelView: RecordView
  private readonly events = new PagedTexts()
  private readonly early = new PagedTexts()

  constructor(graph: Graph, classes: Dictionary | undefined) {
    this.graph = graph
    this.classes = classes
    const { label } = graph
    this.joined = label.joinedValue !== undefined
    this.eventView = new RecordView(graph.inputs[graph.events[label.events].input].fields)
    this.labelView = new RecordView(graph.inputs[graph.events[label.from].input].fields)
  }

  /** The label in a row: a class index or a value; NaN for none, -1 for a class beyond the bound. */
  ofRow(columns: InputColumns, row: number): number {
    const reference = this.graph.label.value
    if (reference === undefined) return Number.NaN
    const column = columnOf(columns, reference)
    if (!column.isText) return column.values[row]
    const start = column.starts[row]
    return start < 0 ? Number.NaN : (this.classes as Dictionary).code(column.bytes, start, column.ends[row]) - 1
  }

  /** The label record in a row and the event kept for a waiting row, together. Throws ArrowFailure. */
  ofBoth(columns: InputColumns, row: number, waiting: number): number {
    return this.compute(this.labelView.of(columns, row), JSON.parse(this.events.get(waiting) as string))
  }

  /** The label that came before its event, and the event. Throws ArrowFailure. */
  ofEarly(key: number, waiting: number): number {
    return this.compute(JSON.parse(this.early.get(key) as string), JSON.parse(this.events.get(waiting) as string))
  }

  /** A value that the stream file gives itself: `never: { value }`. */
  implicit(value: boolean | number | string): number {
    return typeof value === 'string' ? this.classOf(value) : Number(value)
  }

  keepEvent(waiting: number, columns: InputColumns, row: number): void {
    this.events.set(waiting, JSON.stringify(this.eventView.of(columns, row)))
  }

  keepEarly(key: number, columns: InputColumns, row: number): void {
    this.early.set(key, JSON.stringify(this.labelView.of(columns, row)))
  }

  forgetEvent(waiting: number): void {
    this.events.delete(waiting)
  }

  forgetEarly(key: number): void {
    this.early.delete(key)
  }

  /** Events kept for their labels. */
  get keptEvents(): number {
    return this.events.count
  }

  regions(): Readonly<Record<string, StateRegion>> {
    const regionsOf = (name: string, texts: PagedTexts) =>
      Object.entries(texts.regions()).map(([region, pages]) => [`${name}.${region}`, pages])
    return Object.fromEntries([...regionsOf('events', this.events), ...regionsOf('early', this.early)])
  }

  private compute(label: unknown, event: unknown): number {
    const { joinedValue, problem } = this.graph.label
    let value: unknown
    try {
      value = joinedValue?.(label as never, event as never)
    } catch (error) {
      throw new ArrowFailure(PLACE, error)
    }
    if (value === undefined || value === null) return Number.NaN
    if (problem === 'multiclass' && typeof value === 'string') return this.classOf(value)
    if (problem === 'binary' && typeof value === 'boolean') return value ? 1 : 0
    if (problem === 'regression' && typeof value === 'number' && Number.isFinite(value)) return value
    throw new ArrowFailure(PLACE, `it gave ${String(value)}, which is no label of a ${problem} problem`)
  }

  private classOf(value: string): number {
    const bytes = new TextEncoder().encode(value)
    return (this.classes as Dictionary).code(bytes, 0, bytes.length) - 1
  }
}
