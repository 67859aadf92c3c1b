import { asyncScheduler, filter, type MonoTypeOperatorFunction, type SchedulerLike } from 'rxjs'
import type { LiveFacts } from '../telemetry/live-summary.ts'

const LINE_MS = 5000

/** Of many facts those worth a line: what begins another phase, and one every few seconds between. */
export function nowAndThen(scheduler: SchedulerLike = asyncScheduler): MonoTypeOperatorFunction<LiveFacts> {
  let phase = ''
  let atMs = Number.NEGATIVE_INFINITY
  return filter((facts) => {
    const now = scheduler.now()
    const begun = facts.phase.replaceAll(/\d+/g, '') // how far a replay is does not count
    if (begun === phase && now - atMs < LINE_MS) return false
    phase = begun
    atMs = now
    return true
  })
}
