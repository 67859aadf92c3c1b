import { MillraceError } from '../errors.ts'
import type { Batch } from '../stream/batch.ts'
import type { Arrow, DerivedColumn, EventsNode, FieldCheck, Graph, GraphInput } from '../stream/graph.ts'
import { type InputColumns, NumberColumn, RowStatus } from '../stream/input-columns.ts'
import { RecordView } from '../stream/record-view.ts'
import { StringColumn } from '../stream/string-column.ts'
import { timeRange } from '../stream/time-range.ts'

const { earliestMs, latestMs } = timeRange
const LONGEST_SHOWN = 60 // characters of a wrong text in the cause of a dead letter

/**
 * All of a graph that has no state, column by column: what every record needs (a key, a sane time), the checks of
 * `validate`, the filters of `where`, and the columns that arrows compute. Fills `members` and `derived` of each input
 * and rejects rows, each with its cause: a row that one check or arrow rejects belongs to no events at all.
 */
export class ColumnStage {
  private readonly graph: Graph
  private readonly views: readonly RecordView[]
  /** For each input, its events nodes, parents first. */
  private readonly nodes: readonly number[][]
  /** Rows that a column is computed for, where more than one node of events uses it. */
  private union = new Uint8Array(0)

  constructor(graph: Graph) {
    this.graph = graph
    this.views = graph.inputs.map((input) => new RecordView(input.fields))
    this.nodes = graph.inputs.map((_, input) =>
      graph.events.flatMap((node, index) => (node.input === input ? [index] : [])),
    )
  }

  /** Throws MILLRACE_STREAM_STOPPED where a check says so. */
  apply(batch: Batch): void {
    for (let input = 0; input < batch.inputs.length; input++) {
      const columns = batch.inputs[input]
      if (columns.count > 0) this.applyTo(input, columns)
    }
  }

  private applyTo(input: number, columns: InputColumns): void {
    const { graph } = this
    const view = this.views[input]
    for (const node of this.nodes[input]) {
      const members = memberColumn(columns, node)
      const { parent, checks, keep } = graph.events[node]
      if (parent < 0) rootMembers(columns, graph.inputs[input], members)
      else members.set(columns.members[parent].subarray(0, columns.count))
      dropRejected(columns, members)
      for (const check of checks) applyCheck(check, columns, members)
      if (keep !== undefined) applyFilter(graph.events[node], columns, members, view)
    }
    graph.inputs[input].derived.forEach((column, index) => {
      const target = derivedColumn(columns, column, index)
      applyArrow(column, columns, this.rowsOf(column, columns), target, view)
    })
    for (const node of this.nodes[input]) dropRejected(columns, columns.members[node])
  }

  /** Which rows a column is computed for. */
  private rowsOf({ events }: DerivedColumn, columns: InputColumns): Uint8Array {
    if (events.length === 1) return columns.members[events[0]]
    if (this.union.length < columns.count) this.union = new Uint8Array(columns.arrival.length)
    const { union } = this
    union.fill(0, 0, columns.count)
    for (const node of events) {
      const members = columns.members[node]
      for (let row = 0; row < columns.count; row++) union[row] |= members[row]
    }
    return union
  }
}

function memberColumn(columns: InputColumns, node: number): Uint8Array {
  let members = columns.members[node]
  if (members === undefined || members.length < columns.count) {
    members = new Uint8Array(columns.arrival.length)
    columns.members[node] = members
  }
  return members
}

function derivedColumn(columns: InputColumns, column: DerivedColumn, index: number): NumberColumn | StringColumn {
  const capacity = columns.arrival.length
  const target = (columns.derived[index] ??=
    column.type === 'string' ? new StringColumn(capacity) : new NumberColumn(capacity))
  const length = target.isText ? target.starts.length : target.values.length
  if (length < columns.count) target.grow(capacity)
  if (target.isText) target.clear()
  return target
}

function dropRejected(columns: InputColumns, members: Uint8Array): void {
  if (columns.causes.size === 0) return
  for (const row of columns.causes.keys()) members[row] = 0
}

function rootMembers(columns: InputColumns, input: GraphInput, members: Uint8Array): void {
  const key = columns.fields[input.key]
  const time = (columns.fields[input.time] as NumberColumn).values
  const { name: keyName } = input.fields[input.key]
  const { name: timeName } = input.fields[input.time]
  for (let row = 0; row < columns.count; row++) {
    if (columns.status[row] === RowStatus.ok) {
      const noKey = key.isText ? key.starts[row] < 0 : key.values[row] !== key.values[row]
      if (noKey) columns.reject(row, `key '${keyName}' is missing`, 'key')
      else if (!(time[row] >= earliestMs && time[row] <= latestMs)) {
        columns.reject(row, `time '${timeName}' is missing, before 1900 or after the year 275760`, 'time')
      } else if (time[row] > columns.arrival[row] + input.maxAheadMs) {
        columns.reject(
          row,
          `time '${timeName}' lies further ahead of the record's arrival than maxAhead allows`,
          'time',
        )
      }
    }
    members[row] = columns.status[row] === RowStatus.ok ? 1 : 0
  }
}

function applyCheck(check: FieldCheck, columns: InputColumns, members: Uint8Array): void {
  const field = columns.fields[check.field]
  const isMissingBad = check.required || check.onFail === 'impute'
  for (let row = 0; row < columns.count; row++) {
    if (members[row] === 0) continue
    if (field.isText) {
      if (field.starts[row] < 0 ? isMissingBad : !isText(check, field, row)) failed(check, columns, row, members)
    } else {
      const value = field.values[row]
      if (value === value ? value < check.min || value > check.max : isMissingBad) failed(check, columns, row, members)
    }
  }
}

function isText(check: FieldCheck, field: StringColumn, row: number): boolean {
  const { pattern, oneOf } = check
  if (pattern === undefined && oneOf === undefined) return true
  const text = field.text(row) as string
  if (pattern !== undefined) pattern.lastIndex = 0 // a global pattern would remember the last row
  return (pattern === undefined || pattern.test(text)) && (oneOf === undefined || oneOf.includes(text))
}

function failed(check: FieldCheck, columns: InputColumns, row: number, members: Uint8Array): void {
  const { name } = columns.types[check.field]
  if (check.onFail === 'stop') {
    throw new MillraceError(
      'MILLRACE_STREAM_STOPPED',
      `${check.place}, partition ${columns.partition[row]}, offset ${columns.offset[row]}`,
      `'${name}' fails the check, and onFail is 'stop'`,
      "Mend the event's producer, or choose onFail 'quarantine', then start again",
    )
  }
  if (check.onFail === 'warn') columns.warn(row, `'${name}' fails its check`)
  else if (check.onFail === 'impute') {
    const field = columns.fields[check.field]
    if (field.isText) field.setText(row, String(check.replacement))
    else field.values[row] = Number(check.replacement)
  } else {
    columns.reject(row, `'${name}' is ${wrong(check, columns.fields[check.field], row)}`, 'validate')
    members[row] = 0
  }
}

/** What a value that failed its check is, and what it is not. */
function wrong(check: FieldCheck, field: NumberColumn | StringColumn, row: number): string {
  if (field.isText) {
    const text = field.text(row)
    if (text === null) return 'missing'
    const shown = `'${text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}…` : text}'`
    const { pattern, oneOf } = check
    if (oneOf !== undefined && !oneOf.includes(text)) return `${shown}, not one of the ${oneOf.length} allowed`
    return `${shown}, which does not match ${String(pattern)}`
  }
  const value = field.values[row]
  if (value !== value) return 'missing'
  return value < check.min ? `${value}, below ${check.min}` : `${value}, above ${check.max}`
}

function applyFilter(node: EventsNode, columns: InputColumns, members: Uint8Array, view: RecordView): void {
  const keep = node.keep as Arrow
  for (let row = 0; row < columns.count; row++) {
    if (members[row] === 0) continue
    try {
      members[row] = keep(view.of(columns, row)) ? 1 : 0
    } catch (error) {
      columns.reject(row, `${node.place} threw: ${messageOf(error)}`, 'arrow')
      members[row] = 0
    }
  }
}

function applyArrow(
  column: DerivedColumn,
  columns: InputColumns,
  rows: Uint8Array,
  target: NumberColumn | StringColumn,
  view: RecordView,
): void {
  const { arrow, place } = column
  for (let row = 0; row < columns.count; row++) {
    if (rows[row] === 0 || columns.status[row] !== RowStatus.ok) continue
    let value: unknown
    try {
      value = arrow(view.of(columns, row))
    } catch (error) {
      columns.reject(row, `${place} threw: ${messageOf(error)}`, 'arrow')
      continue
    }
    if (value === undefined || value === null) {
      if (target.isText) target.setNull(row)
      else target.values[row] = Number.NaN
    } else if (target.isText) {
      if (typeof value === 'string') target.setText(row, value)
      else columns.reject(row, `${place} returned a ${typeof value} where it returned strings before`, 'arrow')
    } else if (column.label) {
      if (typeof value === column.type && Number.isFinite(Number(value))) target.values[row] = Number(value)
      else columns.reject(row, `${place} returned ${String(value)} where it returned a ${column.type} before`, 'arrow')
    } else if (typeof value === 'number') target.values[row] = Number.isFinite(value) ? value : Number.NaN
    else if (typeof value === 'boolean') target.values[row] = value ? 1 : 0
    else columns.reject(row, `${place} returned a ${typeof value} where it returned numbers before`, 'arrow')
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
