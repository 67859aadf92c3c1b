import type { History, Told } from './history-batches.ts'
import type { HistoryColumn, HistoryColumns } from './history-columns.ts'
import type { HistoryRecord } from './record-writer.ts'

/** The records of a history one by one, whether it tells them so, in arrays or in columns. */
export async function* historyRecords(history: History): AsyncGenerator<HistoryRecord> {
  for await (const told of history) yield* recordsOf(told)
}

/** What a history tells at once, as records. */
export function recordsOf(told: Told): readonly HistoryRecord[] {
  if (Array.isArray(told)) return told as readonly HistoryRecord[]
  return 'order' in told ? recordsOfColumns(told) : [told as HistoryRecord]
}

function recordsOfColumns({ columns, order, arrivals }: HistoryColumns): HistoryRecord[] {
  const inputs = Object.keys(columns)
  const fields = inputs.map((input) => Object.entries(columns[input]))
  const next = inputs.map(() => 0)
  return Array.from(order, (which, i) => {
    const row = next[which]++
    const record: Record<string, unknown> = {}
    for (const [name, values] of fields[which]) record[name] = valueOf(values, row)
    return { input: inputs[which], record, arrival: arrivals?.[i] }
  })
}

function valueOf(values: HistoryColumn, row: number): unknown {
  const value = values[row]
  return values instanceof Float64Array && value !== value ? null : value
}
