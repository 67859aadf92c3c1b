import type { Clock } from '../log/clock.ts'
import { MillraceError } from '../errors.ts'
import type { RedisConnection } from '../store/redis-connection.ts'
import { redisFailure } from '../store/redis-failure.ts'
import type { PendingKeys, PendingValue } from './pending-keys.ts'

export interface RedisWriterOptions {
  readonly connection: RedisConnection
  readonly pending: PendingKeys
  /** The key that says who may write. */
  readonly writer: string
  readonly ttlMs: number
  readonly clock: Clock
  /** The texts of a value: one is kept as a text, more are the names and values of a hash, none delete the key. */
  readonly textsOf: (value: PendingValue) => readonly string[]
  /** Told when writing begins to fail, or fails for another reason, and when it works again (undefined). */
  readonly onChange: (failure: MillraceError | undefined) => void
}

const BATCH_KEYS = 500
/** Between two batches: with it at most 20,000 keys a second, a bounded part of one CPU here and there. */
const PAUSE_MS = 25
const FIRST_WAIT_MS = 100
const LONGEST_WAIT_MS = 5000
const CONNECTIONS = 2 ** 20
/** How long a writer that is gone keeps others out whose number is lower; there are none unless a journal was deleted by hand. */
const WRITER_MS = 600_000

// A batch that was held up on an old connection, or comes from a process that has been replaced, has a lower number than
// what was written since: it is refused as a whole. The first call that writes fails where the memory is full.
const script = `
local writer = tonumber(redis.call('GET', KEYS[1]) or '0')
if writer > tonumber(ARGV[1]) then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[3])
local at = 4
for i = 2, #KEYS do
  local count = tonumber(ARGV[at])
  if count ~= 1 then redis.call('DEL', KEYS[i]) end
  if count == 1 then redis.call('SET', KEYS[i], ARGV[at + 1], 'PX', ARGV[2]) end
  if count > 1 then
    redis.call('HSET', KEYS[i], unpack(ARGV, at + 1, at + count))
    redis.call('PEXPIRE', KEYS[i], ARGV[2])
  end
  at = at + count + 1
end
return 1`

/** Writes pending keys to Redis, batch after batch, one under way at a time; what fails is tried again, ever less often. */
export class RedisWriter {
  written = 0
  failure: MillraceError | undefined
  /** Of the task that runs here: a later one's writes are not undone by those of an earlier. */
  incarnation = 0
  private readonly options: RedisWriterOptions
  private working: Promise<void> | undefined
  private endPause: (() => void) | undefined
  private closing = false
  private waitMs = FIRST_WAIT_MS

  constructor(options: RedisWriterOptions) {
    this.options = options
  }

  /** There may be something to write. */
  wake(): void {
    if (this.working !== undefined || this.closing) return
    this.working = this.work().finally(() => {
      this.working = undefined
    })
  }

  /** Writes what is pending, for as long as that works and the time lasts, and ends. */
  async close(withinMs: number): Promise<void> {
    const { pending, clock, connection } = this.options
    const until = clock.now() + withinMs
    this.wake()
    this.closing = true
    this.endPause?.()
    await this.working
    while (pending.count > 0 && this.failure === undefined && clock.now() < until) await this.writeSome()
    await connection.close()
  }

  private async work(): Promise<void> {
    while (this.options.pending.count > 0 && !this.closing) {
      const isWritten = await this.writeSome()
      if (this.closing) return
      await this.pause(isWritten ? PAUSE_MS : this.waitMs)
      this.waitMs = isWritten ? FIRST_WAIT_MS : Math.min(LONGEST_WAIT_MS, this.waitMs * 2)
    }
  }

  private async writeSome(): Promise<boolean> {
    const { pending } = this.options
    const taken = pending.take(BATCH_KEYS)
    try {
      await this.write(taken)
      this.written += taken.length
      this.change(undefined)
      return true
    } catch (error) {
      pending.giveBack(taken)
      this.change(redisFailure(this.options.connection.place, error))
      return false
    }
  }

  private async write(taken: readonly (readonly [string, PendingValue])[]): Promise<void> {
    const { connection, writer, ttlMs, textsOf } = this.options
    const keys = [writer]
    const values: string[] = []
    for (const [key, value] of taken) {
      const texts = textsOf(value)
      keys.push(key)
      values.push(String(texts.length), ...texts)
    }
    const isTaken = await connection.use((client) => {
      const number = String(this.incarnation * CONNECTIONS + connection.opened)
      return client.eval(script, keys.length, ...keys, number, String(ttlMs), String(WRITER_MS), ...values)
    })
    if (isTaken === 1) return
    const wrong = 'a later start of this stream writes there'
    const remedy = `Nothing is to be done where another process runs the stream; where its data were deleted by hand, delete the key ${writer}, too, or wait for ten minutes`
    throw new MillraceError('MILLRACE_STORE_SUPERSEDED', connection.place, wrong, remedy)
  }

  private change(failure: MillraceError | undefined): void {
    const isNews = failure?.code !== this.failure?.code
    this.failure = failure
    if (isNews) this.options.onChange(failure)
  }

  private async pause(ms: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const cancel = this.options.clock.after(ms, resolve)
      this.endPause = () => {
        cancel()
        resolve()
      }
    })
    this.endPause = undefined
  }
}
