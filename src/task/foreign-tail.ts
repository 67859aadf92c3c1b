import type { LeftBehind } from '../operators/left-behind.ts'
import type { JournalRecord } from './journal-record.ts'

/** Of a tail, what only the code that wrote it may replay: other code than `code`, and not left behind by a fork of that. */
export function foreignTail(tail: readonly JournalRecord[], code: string): readonly JournalRecord[] {
  const forked = tail.findLastIndex(({ decisions }) =>
    decisions.some((one) => one.kind === 'change' && one.fork && one.code === code),
  )
  return tail.filter((record, i) => i > forked && record.code !== code && changesState(record))
}

/**
 * The transaction in which this code was forked from the ones before, if any of those has to be replayed: what they did is
 * computed anew and compared with nothing. Undefined where it was not.
 */
export function forkIn(
  tail: readonly JournalRecord[],
  code: string,
): { readonly seq: number; readonly left: LeftBehind } | undefined {
  for (const { seq, decisions } of tail.toReversed()) {
    const change = decisions.find((one) => one.kind === 'change')
    if (change?.left !== undefined && change.code === code) return { seq, left: change.left }
  }
  return undefined
}

/** What a replay of them does nothing for. */
const changesNothing: ReadonlySet<string> = new Set(['change', 'attempt', 'partitions'])

export function changesState({ segments, decisions }: JournalRecord): boolean {
  return segments.length > 0 || decisions.some(({ kind }) => !changesNothing.has(kind))
}
