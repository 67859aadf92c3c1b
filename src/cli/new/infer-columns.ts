import { timeRange } from '../../stream/time-range.ts'
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
const dated = /^\d{4}-\d\d(-\d\d|$)/

/** Reads a file once and says of each column which type all its values fit. `time`: a column that holds times, whatever its values look like. */
export async function inferColumns(path: string, time?: string): Promise<InferredFile> {
  let drafts: Draft[] | undefined
  let rows = 0
  for await (const row of readRows(path)) {
    if (drafts === undefined) {
      const taken = new Set<string>()
      drafts = Object.keys(row).map((header) => new Draft(header, fieldName(header, taken), header === time))
    }
    rows++
    for (const draft of drafts) draft.take(row[draft.header])
  }
  return { columns: (drafts ?? []).map((draft) => draft.column()), rows }
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
  private count = 0
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

  take(value: unknown): void {
    const text = value === null || value === undefined ? '' : String(value)
    if (text === '') {
      this.empty = true
      return
    }
    this.count++
    if (this.values.size < MOST_VALUES || this.values.has(text)) this.values.set(text, (this.values.get(text) ?? 0) + 1)
    else this.manyValues = true
    if (this.isBoolean && !booleans.has(text.toLowerCase())) this.isBoolean = false
    if (this.isNumber) {
      const number = Number(text)
      if (!Number.isFinite(number) || text.trim() === '') this.isNumber = false
      else {
        this.largest = Math.max(this.largest, Math.abs(number))
        if (this.isWhole && !(Number.isSafeInteger(number) && /^-?\d+$/.test(text.trim()))) this.isWhole = false
      }
    }
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

  column(): InferredColumn {
    const { header, name, empty: nullable, values, manyValues, ascending, wholeDays } = this
    const { noTime, before1970, tooEarly } = this
    const type = this.type()
    return { header, name, type, nullable, values, manyValues, ascending, wholeDays, noTime, before1970, tooEarly }
  }

  private type(): InferredColumn['type'] {
    if (this.count === 0) return 'string'
    if (this.isDate) return 'timestamp-millis'
    if (this.isBoolean) return 'boolean'
    if (!this.isNumber) return 'string'
    if (!this.isWhole) return 'double'
    return this.largest < MAX_INT ? 'int' : 'long'
  }
}
