import type { Decision } from './decision.ts'
import type { JournalRecord } from './journal-record.ts'

const CAREFUL_AFTER = 3 // starts in a row that got nowhere: from then on records are taken one at a time
const SKIP_AFTER = 4 // starts that ended at the same record: fewer could be somebody who kills the process at bad moments

/** What the journal's tail says of starts that got nowhere. */
export interface PoisonFacts {
  /** Take records one at a time, each journaled before it is tried. */
  readonly careful: boolean
  /** Records that ended the process again and again: to be left out. */
  readonly skips: readonly Extract<Decision, { kind: 'skip' }>[]
}

/**
 * Reads from the journal whether the starts before this one ended without taking any input: then something in the next
 * records ends the process, and which one it is is found by naming each before it is tried. Pure.
 */
export function poisonFacts(tail: readonly JournalRecord[]): PoisonFacts {
  const attempts = new Map<string, number>()
  let starts = 0
  let incarnation = -1
  for (let i = tail.length - 1; i >= 0; i--) {
    const record = tail[i]
    if (record.segments.length > 0 || (i > 0 && record.snapshots[0]?.name !== tail[i - 1].snapshots[0]?.name)) break
    if (record.decisions.some(({ kind }) => kind === 'skip')) break
    const attempt = record.decisions.find((decision) => decision.kind === 'attempt')
    if (record.incarnation !== incarnation) {
      incarnation = record.incarnation
      starts++
      // Only the last thing that an incarnation tried can be what ended it.
      if (attempt !== undefined) {
        const key = `${attempt.partition} ${attempt.offset}`
        attempts.set(key, (attempts.get(key) ?? 0) + 1)
      }
    }
  }
  const skips = [...attempts].flatMap(([key, count]): Extract<Decision, { kind: 'skip' }>[] => {
    const [partition, offset] = key.split(' ').map(Number)
    return count < SKIP_AFTER
      ? []
      : [{ kind: 'skip', partition, offset, cause: `it ended the process ${count} times when it was taken alone` }]
  })
  return { careful: starts >= CAREFUL_AFTER, skips }
}
