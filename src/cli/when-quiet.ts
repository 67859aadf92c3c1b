import {
  asyncScheduler,
  debounceTime,
  endWith,
  ignoreElements,
  map,
  merge,
  type MonoTypeOperatorFunction,
  type SchedulerLike,
  share,
  takeUntil,
} from 'rxjs'

const QUIET_MS = 2000

/** What `paced` lets pass and, each time nothing has come for two seconds, what `settled` makes of the last value: what was left out would else stay unseen. */
export function whenQuiet<T>(
  paced: MonoTypeOperatorFunction<T>,
  settled: (latest: T) => T,
  scheduler: SchedulerLike = asyncScheduler,
): MonoTypeOperatorFunction<T> {
  return (source) => {
    const values = source.pipe(share())
    const ended = values.pipe(ignoreElements(), endWith(true)) // the end is no pause
    const quiet = values.pipe(debounceTime(QUIET_MS, scheduler), map(settled), takeUntil(ended))
    return merge(quiet, values.pipe(paced))
  }
}
