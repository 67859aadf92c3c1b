import { setTimeout as sleep } from 'node:timers/promises'
import { MillraceError } from '../errors.ts'
import type { EmbeddedPlatform } from '../service/embedded-platform.ts'
import type { LoadedStream } from '../service/load-stream.ts'
import type { StreamRunner } from '../service/stream-runner.ts'
import { HistoryProducer } from './history-producer.ts'
import { historyError, type LoadedHistory } from './load-history.ts'

const LOOK_MS = 100
const PAUSE_MS = 1000

export interface HistoryPlayerOptions {
  readonly loaded: LoadedStream
  readonly platform: Pick<EmbeddedPlatform, 'log' | 'registry'>
  readonly history: LoadedHistory
  /** In a group of processes: whoever plays by this id is fenced by the next one. */
  readonly transactionalId: string | undefined
  readonly speed: number
  readonly limit: number
  /** Told how far the topics are, before it plays. */
  readonly onTurn: (producer: HistoryProducer) => void
}

/**
 * Plays a history into a stream's topics for as long as this process has the stream's task: a standby plays nothing, and
 * reads how far the topics are when it takes over, once the player before it is fenced.
 */
export class HistoryPlayer {
  /** Of the latest turn. */
  producer: HistoryProducer | undefined
  /** Whether the topics held all of the history when that began. */
  wasEnded = false
  private readonly options: HistoryPlayerOptions

  constructor(options: HistoryPlayerOptions) {
    this.options = options
  }

  /** Whether it came to the end of the history; else it was stopped. */
  async play(runner: StreamRunner, stop: AbortSignal): Promise<boolean> {
    while (!stop.aborted) {
      if (!runner.hasTask) await sleep(LOOK_MS)
      else if (await this.turn(runner, stop)) return true
    }
    return false
  }

  /** Records that the stream has not taken. */
  lag(runner: StreamRunner): number {
    const commit = runner.figures()?.commit
    return commit === undefined ? Number.POSITIVE_INFINITY : (this.producer?.lagOf(commit) ?? 0)
  }

  private async turn(runner: StreamRunner, stop: AbortSignal): Promise<boolean> {
    const { loaded, platform, history, transactionalId, speed, limit, onTurn } = this.options
    const turn = {
      get aborted() {
        return stop.aborted || !runner.hasTask
      },
    }
    let producer: HistoryProducer | undefined
    try {
      producer = await HistoryProducer.open(loaded, platform, transactionalId)
      this.producer = producer
      onTurn(producer)
      this.wasEnded = producer.played >= Math.min(limit, history.total ?? Number.POSITIVE_INFINITY)
      if (this.wasEnded) return true
      const records = history.read(producer.arrivalMs)
      return await producer.play(records, { speed, limit, lag: () => this.lag(runner), stop: turn })
    } catch (error) {
      if (transactionalId === undefined || !isPassing(error)) throw historyError(loaded.historyFile, error)
      await sleep(PAUSE_MS, undefined, { signal: stop }).catch(() => {})
      return false
    } finally {
      await producer?.close().catch(() => {}) // what it left open the next one settles
    }
  }
}

/** Whether the next turn may go on from what the topics hold then. */
function isPassing(error: unknown): boolean {
  return error instanceof MillraceError && (error.retryable || error.code === 'MILLRACE_LOG_FENCED')
}
