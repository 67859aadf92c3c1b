import { MillraceError } from '../../errors.ts'
import { timeRange } from '../../stream/time-range.ts'
import { isMissing } from '../is-missing.ts'
import { readRows } from '../read-rows.ts'
import { timestampOf } from '../typed-record.ts'

/** What a column of a file holds, as far as its rows show. */
export interface InferredColumn {
  /** As the file names it. */
  readonly header: string
  /** As a field of a schema: letters, digits and underscores. */
  readonly name: string
  readonly type: 'boolean' | 'int' | 'long' | 'double' | 'timestamp-millis' | 'string'
  /** Whether some row has none. */
  readonly nullable: boolean
  /** Different values, counted up to `MOST_VALUES`. */
  readonly values: ReadonlyMap<string, number>
  readonly manyValues: boolean
  /** What the file writes where there is no value, beside nothing; of a text column that is a text like others. */
  readonly markers: readonly string[]
  /** Of a text column of digits: why they are no number. */
  readonly codes: 'leading zeros' | 'a plus sign' | 'more than 15 digits' | undefined
  /** Of a text column whose values are mostly numbers, or look like some: the first that is none. */
  readonly noNumber: string | undefined
  /** Of a number column: cells that are none and count as missing, and the first of them; rows from 1. */
  readonly bad: { readonly count: number; readonly row: number; readonly text: string } | undefined
  /** Of a text column: a value, where all look like dates that are not ISO 8601. */
  readonly otherDate: string | undefined
  /** Whether each row's is one more than the row's before. */
  readonly counting: boolean
  /** Of a timestamp: whether each row's is at or after the row's before. */
  readonly ascending: boolean
  /** Of a timestamp: whether each is the beginning of a day in UTC, as dates are. */
  readonly wholeDays: boolean
  /** Of what should be a time: the first value that is none. */
  readonly noTime: string | undefined
  /** Of a timestamp: whether some value is before 1970, when the timestamps of a log begin. */
  readonly before1970: boolean
  /** Of a timestamp: the first value that is before all times that can be. */
  readonly tooEarly: string | undefined
}

export interface InferredFile {
  readonly columns: readonly InferredColumn[]
  readonly rows: number
}

export const MOST_VALUES = 1000
const MAX_INT = 2 ** 31
const booleans = new Set(['true', 'false'])
const DAY_MS = 86_400_000
const numeral = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i
/** Written as people write numbers: 0,5 and 1,000 and 12% and $3. */
const alike = /^[$€£]?[+-]?\d+(,\d+)*(\.\d+)?[%$€£]?$/
const NUMBERS = 0.99 // of a column's cells that make it one of numbers
const MOST_BAD = 1000 // different texts among the others
/** Dates as people write them: 31.01.2024 and 1/31/24 and 2024/01/31. */
const otherDated = /^(\d{1,2}[./-]\d{1,2}[./-](\d{4}|\d\d)|\d{4}[./]\d{1,2}[./]\d{1,2})\b/
const dated = /^\d{4}-\d\d(-\d\d|$)/

/**
 * Reads a file once and says of each column which type all its values fit. `time`: a column that holds times, whatever its
 * values look like. Throws MILLRACE_CLI_FILE, MILLRACE_CLI_DATA.
 */
export async function inferColumns(path: string, time?: string): Promise<InferredFile> {
  let drafts: Draft[] | undefined
  let rows = 0
  for await (const row of readRows(path)) {
    if (drafts === undefined) {
      const taken = new Set<string>()
      drafts = Object.keys(row).map((header) => new Draft(header, fieldName(header, taken), header === time))
    }
    rows++
    for (const draft of drafts) draft.take(row[draft.header], rows)
  }
  const columns = (drafts ?? []).map((draft) => draft.column())
  const garbled = columns.find(({ header, values }) =>
    [header, ...values.keys()].some((text) => text.includes('\uFFFD')),
  )
  if (garbled === undefined) return { columns, rows }
  throw new MillraceError(
    'MILLRACE_CLI_DATA',
    path,
    `column '${garbled.header}' is not UTF-8`,
    'Save the file as UTF-8',
  )
}

/** A name that Avro and TypeScript allow, and no other column has. */
function fieldName(header: string, taken: Set<string>): string {
  const words = header
    .normalize('NFKD')
    .replaceAll(/[^A-Za-z0-9_]+/g, ' ')
    .trim()
    .replaceAll(/ +(.)/g, (_, letter: string) => letter.toUpperCase())
  const base = words === '' || words === '__proto__' ? 'column' : /^\d/.test(words) ? `_${words}` : words
  let name = base
  for (let i = 2; taken.has(name); i++) name = `${base}${i}`
  taken.add(name)
  return name
}

class Draft {
  readonly header: string
  private readonly name: string
  private readonly isTime: boolean
  private readonly values = new Map<string, number>()
  private readonly markers = new Set<string>()
  private count = 0
  private numbers = 0
  private numerals = 0
  private otherDates = 0
  private bad: { readonly row: number; readonly text: string } | undefined
  private readonly badTexts = new Set<string>()
  private codes: InferredColumn['codes']
  private noNumber: string | undefined
  private before = Number.NaN
  private counting = true
  private empty = false
  private manyValues = false
  private isBoolean = true
  private isWhole = true
  private isNumber = true
  private isDate = true
  private largest = 0
  private latest = Number.NEGATIVE_INFINITY
  private ascending = true
  private wholeDays = true
  private noTime: string | undefined
  private before1970 = false
  private tooEarly: string | undefined

  constructor(header: string, name: string, isTime: boolean) {
    this.header = header
    this.name = name
    this.isTime = isTime
  }

  take(value: unknown, row: number): void {
    const text = value === null || value === undefined ? '' : String(value)
    if (text === '') {
      this.empty = true
      return
    }
    if (this.values.size < MOST_VALUES || this.values.has(text)) this.values.set(text, (this.values.get(text) ?? 0) + 1)
    else this.manyValues = true
    if (isMissing(text)) {
      this.markers.add(text)
      return
    }
    this.count++
    if (this.isBoolean && !booleans.has(text.toLowerCase())) this.isBoolean = false
    this.takeNumber(text, row)
    if (this.otherDates === this.count - 1 && otherDated.test(text)) this.otherDates++
    if (this.isDate || this.isTime) {
      const at = this.isTime || dated.test(text) ? timestampOf(text) : Number.NaN
      if (!Number.isFinite(at)) {
        this.isDate = false
        this.noTime ??= text
      }
      if (at < 0) this.before1970 = true
      if (at < timeRange.earliestMs) this.tooEarly ??= text
      if (at % DAY_MS !== 0) this.wholeDays = false
      if (at < this.latest) this.ascending = false
      this.latest = at
    }
  }

  /** What a text is as a number; one that stands for something else where it is written as no number would be. */
  private takeNumber(given: string, row: number): void {
    const text = given.trim()
    const number = numeral.test(text) ? Number(text) : Number.NaN
    if (number !== this.before + 1 && this.count > 1) this.counting = false
    this.before = number
    if (!Number.isFinite(number)) {
      this.isNumber = false
      this.noNumber ??= text
      if (alike.test(text)) this.numbers++
      this.bad ??= { row, text }
      if (this.badTexts.size <= MOST_BAD) this.badTexts.add(given)
      return
    }
    this.numbers++
    this.numerals++
    this.largest = Math.max(this.largest, Math.abs(number))
    const isDigits = /^[+-]?\d+$/.test(text)
    if (!isDigits || text.startsWith('+')) this.isWhole = false
    if (isDigits) this.codes ??= codeOf(text, number)
  }

  column(): InferredColumn {
    const { header, name, manyValues, ascending, wholeDays, noTime, before1970, tooEarly, counting } = this
    const type = this.type()
    const isText = type === 'string'
    const isNumber = type === 'int' || type === 'long' || type === 'double'
    const bad = isNumber && this.bad !== undefined ? { ...this.bad, count: this.count - this.numerals } : undefined
    if (bad !== undefined) for (const text of this.badTexts) this.markers.add(text)
    const values = new Map([...this.values].filter(([text]) => isText || !this.markers.has(text)))
    return {
      header,
      name,
      type,
      nullable: this.empty || (!isText && this.markers.size > 0),
      values,
      manyValues,
      markers: isText ? [] : [...this.markers],
      codes: isText && this.isMostlyNumber() && this.count > 0 ? this.codes : undefined,
      noNumber: isText && this.numbers > this.count / 2 ? this.noNumber : undefined,
      bad,
      otherDate: isText && this.count > 0 && this.otherDates === this.count ? this.bad?.text : undefined,
      counting: counting && this.isNumber && this.count > 1,
      ascending,
      wholeDays,
      noTime,
      before1970,
      tooEarly,
    }
  }

  /** Whether its cells are numbers, but for one in a hundred at most. */
  private isMostlyNumber(): boolean {
    return this.isNumber || (this.numerals >= NUMBERS * this.count && this.badTexts.size <= MOST_BAD)
  }

  private type(): InferredColumn['type'] {
    if (this.count === 0) return 'string'
    if (this.isDate) return 'timestamp-millis'
    if (this.isBoolean) return 'boolean'
    if (!this.isMostlyNumber() || this.codes !== undefined) return 'string'
    if (!this.isWhole) return 'double'
    return this.largest < MAX_INT ? 'int' : 'long'
  }
}

/** Why digits are a code such as a postal code, a phone number or an id, and no number. */
function codeOf(text: string, number: number): InferredColumn['codes'] {
  if (/^[+-]?0\d/.test(text)) return 'leading zeros'
  if (/^\+\d{7}/.test(text)) return 'a plus sign'
  return Number.isSafeInteger(number) ? undefined : 'more than 15 digits'
}
