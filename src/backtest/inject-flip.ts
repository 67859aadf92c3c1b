import { SeededRandom } from '../stats/seeded-random.ts'
import type { History } from './history-batches.ts'
import { historyRecords } from './history-records.ts'
import type { HistoryRecord } from './record-writer.ts'

/** Where an injected drift begins and whom it concerns. */
export interface FlipOptions {
  /** Events' input, its key and the field that decides who is concerned; labels' input, its key and how a label is inverted. */
  readonly events: { readonly input: string; readonly key: string; readonly group: string }
  readonly labels: { readonly input: string; readonly key: string; readonly invert: (record: object) => object }
  /** Number of the first event concerned, from 0. */
  readonly from: number
  /** Share of the groups that are concerned, by a seeded hash. */
  readonly share: number
  readonly seed: number
}

/** History in which, from an event on, the labels of some groups are inverted: a sudden, known concept drift to measure the loop by. */
export async function* injectFlip(history: History, options: FlipOptions): AsyncGenerator<HistoryRecord> {
  const { events, labels, from, share, seed } = options
  const concerned = new Map<string, boolean>()
  const flipped = new Set<unknown>()
  let count = 0
  for await (const item of historyRecords(history)) {
    const record = item.record as Record<string, unknown>
    if (item.input === events.input && count++ >= from) {
      const group = String(record[events.group])
      let isConcerned = concerned.get(group)
      if (isConcerned === undefined) {
        isConcerned = shareOf(group, seed) < share
        concerned.set(group, isConcerned)
      }
      if (isConcerned) flipped.add(record[events.key])
    } else if (item.input === labels.input && flipped.delete(record[labels.key])) {
      yield { ...item, record: labels.invert(item.record) }
      continue
    }
    yield item
  }
}

/** A number in [0, 1) that depends on the text and the seed alone. */
function shareOf(text: string, seed: number): number {
  let hash = seed >>> 0
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x9e3779b1) ^ (hash >>> 15)
  return new SeededRandom(hash >>> 0).next()
}
