import { connect } from 'node:net'
import { connect as connectSecurely } from 'node:tls'
import { kafkaErrors } from './kafka-errors.ts'
import type { KafkaLogOptions } from './kafka-options.ts'
import { guardRequestQueue } from './guard-request-queue.ts'
import {
  type KafkajsConnection,
  type KafkajsConnectionOptions,
  kafkajsInternals,
  type KafkajsRequest,
  type KafkajsVersions,
} from './kafkajs-internals.ts'

const CONNECT_MS = 10_000
const closed = 'KafkaJSConnectionClosedError' // as kafkajs names it
const KEEP_ALIVE_MS = 60_000

guardRequestQueue()

/** Whatever goes wrong reaches the caller as an error; kafkajs need not log it too. */
const silent = kafkajsInternals.createLogger({ level: 0, logCreator: () => () => {} })

/** One connection to one broker, over kafkajs's: requests are answered in the order sent. */
export class KafkaConnection {
  readonly address: string
  readonly #connection: KafkajsConnection
  readonly #authenticates: boolean
  readonly #timeoutMs: number
  #versions: KafkajsVersions = {}
  #closed = false

  constructor(host: string, port: number, options: KafkaLogOptions) {
    this.address = `${host}:${port}`
    this.#authenticates = options.sasl !== undefined
    this.#timeoutMs = options.requestTimeoutMs ?? 30_000
    this.#connection = new kafkajsInternals.Connection({
      host,
      port,
      clientId: options.clientId ?? 'millrace',
      connectionTimeout: CONNECT_MS,
      requestTimeout: this.#timeoutMs,
      ssl: options.ssl ?? null,
      sasl: options.sasl ?? null,
      logger: silent,
      socketFactory: (options.socketFactory as typeof openSocket | undefined) ?? openSocket,
    })
  }

  get isOpen(): boolean {
    return !this.#closed && this.#connection.isConnected()
  }

  /** Throws MILLRACE_LOG_UNAVAILABLE or MILLRACE_LOG_DENIED. */
  async open(known?: KafkajsVersions): Promise<KafkajsVersions> {
    try {
      await this.#connection.connect()
      this.#versions = known ?? (await this.#askVersions())
      this.#connection.setVersions(this.#versions)
      this.#connection.setSupportAuthenticationProtocol(kafkajsInternals.apiKeys.SaslAuthenticate in this.#versions)
      if (this.#authenticates) await this.#connection.authenticate()
      return this.#versions
    } catch (cause) {
      this.close()
      throw asMillraceError(this.address, cause)
    }
  }

  /** A request by its name in the protocol; gives the response as decoded, error codes and all. */
  call<Decoded>(name: string, args: object, timeoutMs?: number): Promise<Decoded> {
    const definition = kafkajsInternals.requests[name]
    const supported = this.#versions[kafkajsInternals.apiKeys[name]]?.maxVersion ?? 0
    const version = Math.min(supported, Math.max(...definition.versions.map(Number)))
    const { request, response } = definition.protocol({ version })(args) as KafkajsRequest<Decoded>
    return this.send({ request, response: { decode: response.decode, parse: async (decoded) => decoded } }, timeoutMs)
  }

  /** Throws MILLRACE_LOG_UNAVAILABLE when there is no answer: whether the broker did it is then not known. */
  async send<Decoded>(call: KafkajsRequest<Decoded>, timeoutMs = this.#timeoutMs): Promise<Decoded> {
    // kafkajs takes the longer of this and its own.
    const late = timeoutMs < this.#timeoutMs ? setTimeout(() => this.close(), timeoutMs) : undefined
    try {
      return await this.#connection.send({ ...call, requestTimeout: timeoutMs, logResponseError: false })
    } catch (cause) {
      this.close()
      throw asMillraceError(this.address, cause)
    } finally {
      clearTimeout(late)
    }
  }

  /** Requests under way are rejected. */
  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#connection.rejectRequests(Object.assign(new Error('the connection was closed'), { name: closed }))
    void this.#connection.disconnect().catch(() => {})
  }

  async #askVersions(): Promise<KafkajsVersions> {
    const { request, response } = kafkajsInternals.requests.ApiVersions.protocol({ version: 2 })({})
    const answer = (await this.#connection.send({ request, response, logResponseError: false })) as {
      apiVersions: readonly { apiKey: number; minVersion: number; maxVersion: number }[]
    }
    return Object.fromEntries(answer.apiVersions.map(({ apiKey, ...versions }) => [apiKey, versions]))
  }
}

/** Small requests must not wait for each other's acknowledgements. */
const openSocket: KafkajsConnectionOptions['socketFactory'] = ({ host, port, ssl, onConnect }) => {
  const socket = ssl
    ? connectSecurely({ host, port, servername: host, ...ssl }, onConnect)
    : connect({ host, port }, onConnect)
  return socket.setNoDelay(true).setKeepAlive(true, KEEP_ALIVE_MS)
}

function asMillraceError(address: string, cause: unknown): unknown {
  const { name } = cause as Error
  if (!name.startsWith('KafkaJS')) return cause // no answer is at fault
  if (name === 'KafkaJSSASLAuthenticationError') return kafkaErrors.denied(`Kafka at ${address}`, cause)
  return kafkaErrors.unreachable(address, cause)
}
