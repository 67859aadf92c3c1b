import { MillraceError } from '../../errors.ts'
import { nearest } from '../../stream/nearest.ts'
import type { InferredColumn, InferredFile } from './infer-columns.ts'
import { labelProblem, type LabelProblem } from './label-problem.ts'

/** What `millrace new` is asked for. */
export interface NewStream {
  readonly name: string
  readonly file: string
  /** Between the cells of the file. */
  readonly delimiter: string
  /** Headers of columns. */
  readonly label: string
  readonly time: string | undefined
  /** How long after its row a label is known, such as '1h'; undefined: at once after the prediction. */
  readonly delay: string | undefined
  /** Undefined: as the label's values suggest. */
  readonly problem?: LabelProblem
}

/** What is made of a file: the roles of its columns, and the problem that its label makes. */
export interface StreamDesign extends NewStream {
  readonly rows: number
  readonly columns: readonly InferredColumn[]
  readonly labelColumn: InferredColumn
  readonly timeColumn: InferredColumn | undefined
  /** Names of the key and time fields, added where the file has none. */
  readonly keyField: string
  readonly timeField: string
  readonly problem: LabelProblem
  /** What else the label may be taken as. */
  readonly otherProblems: readonly LabelProblem[]
  /** Binary: the value that is true. */
  readonly positive: string
  readonly numbers: readonly InferredColumn[]
  readonly categories: readonly InferredColumn[]
  /** Features of the time column, by name: what of the time each is. */
  readonly calendar: readonly { readonly name: string; readonly part: 'hourOfDay' | 'dayOfWeek' | 'monthOfYear' }[]
  /** Columns that no feature is made of, each with the reason. */
  readonly left: readonly { readonly column: InferredColumn; readonly why: string }[]
}

const CATEGORIES = 500
const COUNTER = 'it numbers the rows'
const FEW_ROWS = 20 // of fewer, little can be said

/** Decides what a stream on a file looks like. Throws MILLRACE_CLI_USAGE for a column that is not there, MILLRACE_CLI_DATA for a label or time that can't be used. */
export function designStream(asked: NewStream, { columns, rows }: InferredFile): StreamDesign {
  const { file, label, time } = asked
  if (rows === 0)
    throw new MillraceError('MILLRACE_CLI_DATA', file, 'there are no rows in it', 'Give a file with a header and rows')
  const labelColumn = columnOf(columns, label, '--label', file)
  const timeColumn = time === undefined ? undefined : columnOf(columns, time, '--time', file)
  if (timeColumn !== undefined) checkTimes(timeColumn, file)
  if (labelColumn === timeColumn)
    throw new MillraceError(
      'MILLRACE_CLI_USAGE',
      `--label ${label}`,
      'that is the --time column too',
      'Name another column with one of the two',
    )
  if (labelColumn.values.size < 2)
    throw new MillraceError(
      'MILLRACE_CLI_DATA',
      `${file}, column '${label}'`,
      labelColumn.values.size === 0 ? 'it is empty' : `all its values are '${[...labelColumn.values.keys()][0]}'`,
      'Name another column with --label, or give a file with rows of more than one outcome',
    )
  const { problem, otherProblems } = labelProblem(labelColumn, file, asked.problem)
  const others = columns.filter((column) => column !== labelColumn && column !== timeColumn)
  const left: { column: InferredColumn; why: string }[] = []
  const numbers: InferredColumn[] = []
  const categories: InferredColumn[] = []
  for (const column of others) {
    const why = whyNot(column, rows)
    if (why !== undefined) left.push({ column, why })
    else if (column.type === 'string') categories.push(column)
    else numbers.push(column)
  }
  const counters = left.filter(({ why }) => why === COUNTER)
  if (numbers.length + categories.length === 0 && timeColumn === undefined)
    for (const one of counters) numbers.push(left.splice(left.indexOf(one), 1)[0].column) // better than nothing
  const names = new Set(columns.map(({ name }) => name))
  const calendar = timeColumn === undefined ? [] : calendarOf(timeColumn, names)
  if (numbers.length + categories.length + calendar.length === 0)
    throw new MillraceError(
      'MILLRACE_CLI_DATA',
      file,
      left.length === 0
        ? 'no column is left to predict from'
        : `no column is left to predict from: ${left.map(({ column, why }) => `of ${column.header}, ${why}`).join('; ')}`,
      'Give a file with further columns, or with values that are numbers or repeat themselves',
    )
  return {
    ...asked,
    rows,
    columns,
    labelColumn,
    timeColumn,
    keyField: free('id', names),
    timeField: timeColumn?.name ?? free('time', names),
    problem,
    otherProblems,
    positive: problem === 'binary' ? positiveOf(labelColumn) : '',
    numbers,
    categories,
    calendar,
    left,
  }
}

function columnOf(
  columns: readonly InferredColumn[],
  header: string,
  option: '--label' | '--time',
  file: string,
): InferredColumn {
  const found =
    columns.find((column) => column.header === header) ??
    columns.find((column) => column.header.trim() === header.trim())
  if (found !== undefined) return found
  throw new MillraceError(
    'MILLRACE_CLI_USAGE',
    `${option} ${header}`,
    `${file} has no such column`,
    nearest(
      header,
      columns.map((column) => column.header),
    ),
  )
}

function checkTimes({ header, type, nullable, noTime, tooEarly, otherDate }: InferredColumn, file: string): void {
  const refuse = (wrong: string, remedy: string): never => {
    throw new MillraceError('MILLRACE_CLI_DATA', `${file}, column '${header}'`, wrong, remedy)
  }
  if (type !== 'timestamp-millis' && noTime !== undefined)
    refuse(
      otherDate === undefined ? `'${noTime}' is no time` : `'${noTime}' looks like a date, but not of ISO 8601`,
      'Use ISO 8601 (2024-01, 2024-01-31 or 2024-01-31T12:00:00Z), or since 1970 seconds from 1e8 or milliseconds from 1e11; or leave --time out',
    )
  if (type !== 'timestamp-millis' || nullable) refuse('some rows have no time', 'Give each one, or leave --time out')
  if (tooEarly !== undefined)
    refuse(`'${tooEarly}' is before 1900, when event times begin`, 'Use later times, or leave --time out')
}

/** Of dates the hour says nothing. */
function calendarOf({ wholeDays }: InferredColumn, names: ReadonlySet<string>): StreamDesign['calendar'] {
  const weekday = { name: free('weekday', names), part: 'dayOfWeek' } as const
  if (wholeDays) return [weekday, { name: free('month', names), part: 'monthOfYear' }]
  return [{ name: free('hour', names), part: 'hourOfDay' }, weekday]
}

/** Of two values the one that says yes: true, 1, yes, the greater number; else the second by the alphabet. */
function positiveOf({ type, values }: InferredColumn): string {
  const [a, b] = [...values.keys()].sort((one, other) =>
    type === 'string' || type === 'boolean'
      ? one.toLowerCase() < other.toLowerCase()
        ? -1
        : 1
      : Number(one) - Number(other),
  )
  return /^(yes|true|y|t)$/i.test(a) ? a : b
}

function whyNot({ type, values, manyValues, ...column }: InferredColumn, rows: number): string | undefined {
  if (values.size === 0) return 'it is empty'
  if (values.size === 1) return 'all its values are the same'
  if (type === 'timestamp-millis') return 'it is a time: a window or a calendar feature may use it'
  if (column.counting && rows >= FEW_ROWS) return COUNTER
  const why = type === 'string' ? noCategory(values.size, manyValues, rows) : undefined
  if (why === undefined) return undefined
  if (column.noNumber !== undefined) return `'${column.noNumber}' is no number (write 1234.5), and ${why}`
  return column.codes === undefined ? why : `with ${column.codes} its digits are codes, and ${why}`
}

function noCategory(values: number, many: boolean, rows: number): string | undefined {
  if (many || values > CATEGORIES) return 'it has too many different texts to be a category'
  if (rows >= FEW_ROWS && values > rows / 2) return 'nearly every row has another text'
  return undefined
}

function free(name: string, taken: ReadonlySet<string>): string {
  let found = name
  while (taken.has(found)) found = `row${found.charAt(0).toUpperCase()}${found.slice(1)}`
  return found
}
