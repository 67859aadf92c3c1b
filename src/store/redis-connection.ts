import type { Redis } from 'ioredis'
import { MillraceError } from '../errors.ts'
import { redisFailure } from './redis-failure.ts'

export interface RedisConnectionOptions {
  /** `redis://` or `rediss://` (TLS), with user, password, port and database where they are not the defaults. */
  readonly url: string
  /** Instead of one in the URL. */
  readonly password?: string
  /** How long a connection, and then each answer, may take. Default 2,000 ms. */
  readonly timeoutMs?: number
}

const TIMEOUT_MS = 2000

/**
 * One connection to a Redis server, opened when first used and opened anew after any failure: nothing is sent twice, and
 * nothing waits for longer than the timeout.
 */
export class RedisConnection {
  /** What it is, as errors name it: never with the password. */
  readonly place: string
  /** Connections opened so far. */
  opened = 0
  readonly #options: RedisConnectionOptions
  readonly #timeoutMs: number
  #client: Promise<Redis> | undefined
  #closed = false

  constructor(options: RedisConnectionOptions) {
    this.#options = options
    this.#timeoutMs = options.timeoutMs ?? TIMEOUT_MS
    this.place = placeOf(options.url)
  }

  /** What `work` gives. Throws MILLRACE_STORE_UNAVAILABLE, _DENIED, _DISK_FULL (maxmemory), _NOT_WRITABLE, _CLOSED; the next call connects anew. */
  async use<Result>(work: (client: Redis) => Promise<Result>): Promise<Result> {
    if (this.#closed)
      throw new MillraceError('MILLRACE_STORE_CLOSED', this.place, 'it has been closed', 'Open it again')
    this.#client ??= this.#open()
    const client = this.#client
    try {
      return await work(await client)
    } catch (cause) {
      const failure = redisFailure(this.place, cause)
      if (failure.code === 'MILLRACE_STORE_UNAVAILABLE') this.#drop(client)
      throw failure
    }
  }

  async close(): Promise<void> {
    this.#closed = true
    if (this.#client !== undefined) this.#drop(this.#client)
  }

  async #open(): Promise<Redis> {
    const { url, password = '' } = this.#options
    const address = new URL(url)
    if (password !== '') address.password = encodeURIComponent(password)
    const ioredis = await import('ioredis') // most commands need none of it
    const client = new ioredis.Redis(address.href, {
      lazyConnect: true,
      enableOfflineQueue: false,
      autoResendUnfulfilledCommands: false,
      maxRetriesPerRequest: 0,
      retryStrategy: null,
      connectTimeout: this.#timeoutMs,
      commandTimeout: this.#timeoutMs,
      connectionName: 'millrace',
      disableClientInfo: true,
    })
    // The last of these is why it could not connect; `connect` itself says only that it could not.
    let reason: unknown
    client.on('error', (error: unknown) => {
      reason = error
    })
    const late = new Promise<never>((_, reject) => {
      const timer = setTimeout(() => reject(new Error(`no answer within ${this.#timeoutMs} ms`)), this.#timeoutMs)
      client.once('ready', () => clearTimeout(timer))
      client.once('end', () => clearTimeout(timer))
    })
    try {
      await Promise.race([client.connect(), late])
      this.opened++
      return client
    } catch (cause) {
      client.disconnect()
      throw reason ?? cause
    }
  }

  #drop(client: Promise<Redis>): void {
    if (this.#client === client) this.#client = undefined
    client.then(
      (opened) => opened.disconnect(),
      () => {},
    )
  }
}

function placeOf(url: string): string {
  const { hostname, port, pathname } = new URL(url)
  const database = pathname.length > 1 ? `, database ${pathname.slice(1)}` : ''
  return `Redis at ${hostname}:${port === '' ? '6379' : port}${database}`
}
