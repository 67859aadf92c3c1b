import { createRequire } from 'node:module'
import type { Socket } from 'node:net'
import type { ConnectionOptions } from 'node:tls'

/** A request and how its response is read, as kafkajs's connections take them. */
export interface KafkajsRequest<Decoded> {
  readonly request: {
    readonly apiKey: number
    readonly apiVersion: number
    readonly apiName: string
    /** Gives an encoder of kafkajs, or what looks like one. */
    encode(): Promise<{ readonly buf: Buffer; readonly buffer: Buffer }>
    expectResponse?(): boolean
  }
  readonly response: {
    decode(payload: Buffer): Promise<Decoded>
    parse(decoded: Decoded): Promise<Decoded>
  }
}

export interface KafkajsConnection {
  connect(): Promise<unknown>
  disconnect(): Promise<unknown>
  isConnected(): boolean
  authenticate(): Promise<void>
  setVersions(versions: KafkajsVersions): void
  setSupportAuthenticationProtocol(isSupported: boolean): void
  rejectRequests(error: Error): void
  send<Decoded>(
    call: KafkajsRequest<Decoded> & { requestTimeout?: number; logResponseError?: boolean },
  ): Promise<Decoded>
}

/** The versions of each request that a broker understands, by the request's key. */
export type KafkajsVersions = Readonly<Record<number, { readonly minVersion: number; readonly maxVersion: number }>>

export interface KafkajsConnectionOptions {
  readonly host: string
  readonly port: number
  readonly clientId: string
  readonly connectionTimeout: number
  readonly requestTimeout: number
  readonly ssl: ConnectionOptions | null
  readonly sasl: object | null
  readonly logger: unknown
  readonly socketFactory: (options: {
    host: string
    port: number
    ssl: ConnectionOptions | null
    onConnect: () => void
  }) => Socket
}

export interface KafkajsRequestQueue {
  pending: unknown[]
  throttledUntil: number
  throttleCheckTimeoutId: NodeJS.Timeout | null
  checkPendingRequests(): void
  scheduleCheckPendingRequests(): void
}

interface Definition {
  readonly versions: readonly string[]
  protocol(options: { version: number }): (args: object) => KafkajsRequest<unknown>
}

const load = createRequire(import.meta.url)

/**
 * The parts of kafkajs below its clients: connections (TLS, SASL, framing, timeouts) and the requests of the protocol.
 * It has no exports map, so that they can be reached; nobody maintains it, so that they stay where they are.
 */
export const kafkajsInternals = {
  Connection: load('kafkajs/src/network/connection') as new (options: KafkajsConnectionOptions) => KafkajsConnection,
  RequestQueue: load('kafkajs/src/network/requestQueue') as { readonly prototype: KafkajsRequestQueue },
  requests: (load('kafkajs/src/protocol/requests') as { requests: Record<string, Definition> }).requests,
  apiKeys: load('kafkajs/src/protocol/requests/apiKeys') as Readonly<Record<string, number>>,
  createLogger: (load('kafkajs/src/loggers') as { createLogger(options: object): unknown }).createLogger,
}
