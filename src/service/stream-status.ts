import type { CommittedFigures } from '../telemetry/committed-figures.ts'
import type { StandbyProgress } from './stand-by.ts'

/** How a stream is doing, as of its last commit. */
export interface StreamStatus {
  readonly stream: string
  /**
   * joining: its group has not taken this process in yet. standby: another process has the task. starting: recovering or
   * replaying. restarting: an error threw the task away; it starts anew in a moment.
   */
  readonly phase: 'joining' | 'standby' | 'starting' | 'running' | 'restarting' | 'stopping' | 'stopped' | 'failed'
  /** Of `starting`: transactions replayed, and how many there are. */
  readonly replay: { readonly done: number; readonly total: number } | undefined
  /** Of `joining` and `standby`: how far this process follows the one that has the task. */
  readonly standby: StandbyProgress | undefined
  /** How often the task was thrown away since this process began. */
  readonly restarts: number
  /** The latest error, of those that were got over too. */
  readonly trouble: string | undefined
  /** What a running task waits for and can't go on without; undefined where nothing holds it up. */
  readonly stalled: string | undefined
  /** Input rows and predictions that this process has committed. */
  readonly rows: number
  readonly predictions: number
  /** What is committed; undefined until a task has recovered. */
  readonly figures: CommittedFigures | undefined
}

/** Before anything has begun. */
export function emptyStatus(stream: string): StreamStatus {
  return {
    stream,
    phase: 'starting',
    replay: undefined,
    standby: undefined,
    restarts: 0,
    trouble: undefined,
    stalled: undefined,
    rows: 0,
    predictions: 0,
    figures: undefined,
  }
}
