import type { StatePart } from '../stats/state-region.ts'
import { columnDefinition } from '../stream/definition.ts'
import type { Graph, RowColumn } from '../stream/graph.ts'
import type { InputColumns } from '../stream/input-columns.ts'
import { CATEGORIES_OF_MODEL, modelSchema } from '../stream/model-schema.ts'
import { onOneLine } from '../stream/on-one-line.ts'
import type { RowSchema } from '../transforms/row-schema.ts'
import { columnOf } from './column-of.ts'
import { Dictionary } from './dictionary.ts'
import type { KeyedStates } from './keyed-states.ts'
import type { NamedColumn } from './named-column.ts'

/** Puts a model's rows together: fields, arrows, windows and running statistics, one double a column. */
export class RowAssembler {
  readonly schema: RowSchema
  /** The columns of the schema, as they outlive a change of the stream. */
  readonly named: readonly NamedColumn[]
  private readonly columns: readonly RowColumn[]
  private readonly dictionaries: readonly (Dictionary | undefined)[]
  private readonly states: KeyedStates
  private readonly graph: Graph

  constructor(graph: Graph, states: KeyedStates) {
    this.graph = graph
    this.states = states
    this.columns = graph.model.columns
    this.schema = modelSchema(this.columns)
    this.named = this.schema.columns.map((column, i) => ({ ...column, source: this.sourceOf(this.columns[i]) }))
    this.dictionaries = this.columns.map((column) =>
      column.kind === 'category' && column.from.kind === 'column' ? new Dictionary(CATEGORIES_OF_MODEL) : undefined,
    )
  }

  /** Writes the row of an event into `out` from `at` on. Throws ArrowFailure for what a fold's `read` throws. */
  assemble(columns: InputColumns, row: number, eventMs: number, nowMs: number, out: Float64Array, at: number): void {
    const { states } = this
    for (let i = 0; i < this.columns.length; i++) {
      const { from } = this.columns[i]
      if (from.kind === 'keyed') out[at + i] = states.read(from.node, columns, row, eventMs, nowMs)
      else if (from.kind === 'ratio') {
        const above = states.read(from.numerator, columns, row, eventMs, nowMs)
        const ratio = above / states.read(from.denominator, columns, row, eventMs, nowMs)
        out[at + i] = Number.isFinite(ratio) ? ratio : Number.NaN
      } else {
        const column = columnOf(columns, from.column)
        if (!column.isText) out[at + i] = column.values[row]
        else {
          const start = column.starts[row]
          out[at + i] = start < 0 ? 0 : (this.dictionaries[i] as Dictionary).code(column.bytes, start, column.ends[row])
        }
      }
    }
  }

  /** The string behind a code of a category column; undefined for unknown. */
  category(column: number, code: number): string | undefined {
    return this.dictionary(column)?.text(code)
  }

  /** Where a category column has its codes from. */
  dictionary(column: number): Dictionary | undefined {
    const { from } = this.columns[column]
    return from.kind === 'keyed' ? this.states.categories[from.node] : this.dictionaries[column]
  }

  parts(): StatePart[] {
    return this.columns.flatMap(({ name, from }, i): StatePart[] => {
      const dictionary = this.dictionaries[i]
      if (dictionary === undefined || from.kind !== 'column') return []
      const definition = columnDefinition(this.graph, from.column)
      return [{ path: `features.${name}.categories`, definition, state: dictionary }]
    })
  }

  /** What gives a column its values. */
  private sourceOf({ kind, from }: RowColumn): string {
    const { states, graph } = this
    if (from.kind === 'keyed') return states.valueDefinition(from.node)
    if (from.kind === 'ratio') {
      return `${states.valueDefinition(from.numerator)} / ${states.valueDefinition(from.denominator)}`
    }
    const definition = columnDefinition(graph, from.column)
    return kind === 'number' ? onOneLine(definition) : definition // that of a category is its dictionary's, too
  }
}
