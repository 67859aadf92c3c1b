import type { ServerResponse } from 'node:http'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { ApiContext } from './api-context.ts'
import { problemOf } from './problem.ts'
import type { PublishedTopic } from './published-topic.ts'
import type { FollowedRecord, TopicFollower } from './topic-follower.ts'

const RECORDS = 256 // a turn's work and what is written before the client has to take it
const RETRY_MS = 1000

/** What is followed, from where, and for whom. */
export interface Following {
  readonly topic: PublishedTopic
  readonly from: string
  /** The name of the events. */
  readonly event: string
  readonly requestId: string
  /** Called once everything that can be refused was not: from then on the response is written to directly. */
  readonly begin: () => ServerResponse
}

/**
 * Sends a topic's records as server-sent events as they are committed, each with the place after it as its id. The log
 * itself is the client's queue: nothing is read while the client has not taken what was sent, and one that takes nothing
 * for `stallMs` is closed. It resumes by Last-Event-ID without a gap or a repeat. Resolves when the client is gone.
 */
export async function followTopic(following: Following, context: ApiContext): Promise<void> {
  let end = (): void => {}
  const leave = context.followers.enter(() => end())
  try {
    const follower = await following.topic.follow(await following.topic.cursor(following.from))
    const response = following.begin()
    const stream = new EventStream(response, context)
    end = () => stream.end()
    response.once('close', () => void follower.close())
    await stream.run(follower, following)
    await follower.close()
  } finally {
    leave()
  }
}

class EventStream {
  private readonly response: ServerResponse
  private readonly context: ApiContext
  private ended = false

  constructor(response: ServerResponse, context: ApiContext) {
    this.response = response
    this.context = context
  }

  end(): void {
    if (this.ended) return
    this.ended = true
    this.response.end()
  }

  async run(follower: TopicFollower, { event, requestId }: Following): Promise<void> {
    const { clock, heartbeatMs } = this.context
    this.response.write(`retry: ${RETRY_MS}\nid: ${follower.cursor}\n\n`)
    let sentMs = clock.now()
    try {
      while (this.isOpen) {
        const records = await follower.read(RECORDS, Math.max(0, sentMs + heartbeatMs - clock.now()))
        if (!this.isOpen) break
        const isQuiet = records.length === 0
        if (isQuiet && clock.now() - sentMs < heartbeatMs) continue
        this.response.write(isQuiet ? `: heartbeat\nid: ${follower.cursor}\n\n` : textOf(records, event))
        sentMs = clock.now()
        if (this.response.writableNeedDrain) await this.drained()
        await nextTurn()
      }
    } catch (error) {
      if (!this.isOpen) return
      this.response.write(`event: problem\ndata: ${JSON.stringify(problemOf(error, requestId))}\n\n`)
    }
    this.end()
  }

  private get isOpen(): boolean {
    return !this.ended && !this.response.destroyed
  }

  /** Resolves when the client has taken what was sent; closes it when it does not. */
  private drained(): Promise<void> {
    const { response } = this
    const { clock, stallMs, metrics } = this.context
    return new Promise((resolve) => {
      const done = (): void => {
        cancel()
        response.off('drain', done)
        response.off('close', done)
        resolve()
      }
      const cancel = clock.after(stallMs, () => {
        metrics.droppedFollowers.inc()
        this.ended = true
        response.destroy()
      })
      response.once('drain', done)
      response.once('close', done)
    })
  }
}

function textOf(records: readonly FollowedRecord[], event: string): string {
  let text = ''
  for (const { cursor, partition, offset, value } of records) {
    if (value === undefined)
      text += `id: ${cursor}\nevent: undecodable\ndata: ${JSON.stringify({ partition, offset })}\n\n`
    else text += `id: ${cursor}\nevent: ${event}\ndata: ${JSON.stringify(value)}\n\n`
  }
  return text
}
