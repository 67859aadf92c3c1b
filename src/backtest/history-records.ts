import type { History } from './history-batches.ts'
import type { HistoryRecord } from './record-writer.ts'

/** The records of a history one by one, whether it tells them so or in arrays. */
export async function* historyRecords(history: History): AsyncGenerator<HistoryRecord> {
  for await (const told of history) {
    if (Array.isArray(told)) yield* told as HistoryRecord[]
    else yield told as HistoryRecord
  }
}
