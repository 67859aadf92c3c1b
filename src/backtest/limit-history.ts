import type { History, Told } from './history-batches.ts'

/** The first `count` records of a history. */
export async function* limitHistory(history: History, count: number): AsyncGenerator<Told> {
  let left = count
  if (left <= 0) return
  for await (const told of history) {
    const records = Array.isArray(told) ? told.length : 'order' in told ? told.order.length : 1
    yield records > left ? beginningOf(told, left) : told
    left -= records
    if (left <= 0) return
  }
}

function beginningOf(told: Told, count: number): Told {
  if (Array.isArray(told)) return told.slice(0, count)
  return 'order' in told ? { ...told, order: Array.from({ length: count }, (_, i) => told.order[i]) } : told
}
