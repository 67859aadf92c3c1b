import confluent from '@kafkajs/confluent-schema-registry'
import { MillraceError } from '../errors.ts'
import { type Clock, systemClock } from '../log/clock.ts'
import { type AvroSchema, avroType } from './avro-schema.ts'
import type { SchemaRegistry } from './schema-registry.ts'

export interface HttpRegistryOptions {
  /** Where Confluent's API begins, without a slash at the end: `http://host:8081`, Apicurio's `http://host:8080/apis/ccompat/v7`. */
  readonly url: string
  /** For basic authentication; they may stand in the address instead. */
  readonly user?: { readonly name: string; readonly password: string }
  /** How long one call may take. Default 10,000. */
  readonly timeoutMs?: number
  /** How long an id that the registry did not know is not asked for again. Default 30,000. */
  readonly unknownMs?: number
  readonly clock?: Clock
}

const { COMPATIBILITY, SchemaRegistry: Client, SchemaType } = confluent
const NO_SUCH_SCHEMA = 40_403 // Confluent's error code
const LARGEST_ID = 2 ** 31 - 1
const KEPT = 1000
const INCOMPATIBLE: ReadonlySet<number> = new Set([409, 422])

/**
 * A schema registry over HTTP with Confluent's API (Confluent's own, Apicurio, Karapace). New subjects are made BACKWARD
 * compatible; the level of one that is there is its owner's choice and stays. Schemas are registered by kafkajs's client, and fetched
 * without it, since it drops their documentation and does not tell an id that is unknown from a path that is wrong.
 */
export class HttpRegistry implements SchemaRegistry {
  readonly #options: HttpRegistryOptions
  /** The address without a user and a password in it. */
  readonly #url: string
  readonly #user: HttpRegistryOptions['user']
  readonly #client: InstanceType<typeof Client>
  readonly #clock: Clock
  readonly #known = new Map<number, AvroSchema>()
  /** Until when ids are taken to be unknown. */
  readonly #unknown = new Map<number, number>()
  #last: Promise<unknown> = Promise.resolve()

  constructor(options: HttpRegistryOptions) {
    this.#options = options
    this.#clock = options.clock ?? systemClock
    const { origin, pathname, username, password } = new URL(options.url)
    this.#url = origin + pathname.replace(/\/$/, '')
    const inAddress = { name: decodeURIComponent(username), password: decodeURIComponent(password) }
    this.#user = options.user ?? (username === '' ? undefined : inAddress)
    const auth = this.#user && { username: this.#user.name, password: this.#user.password }
    this.#client = new Client({ host: this.#url, auth, clientId: 'millrace', retry: { retries: 0 } })
  }

  register(subject: string, schema: AvroSchema): Promise<number> {
    const turn = this.#last.then(() => this.#register(subject, schema))
    this.#last = turn.catch(() => {}) // one after the other: two first versions at once would not be checked
    return turn
  }

  async schemaOf(id: number): Promise<AvroSchema | undefined> {
    if (!(id >= 1 && id <= LARGEST_ID)) return undefined
    const known = this.#known.get(id)
    if (known !== undefined || (this.#unknown.get(id) ?? -Infinity) > this.#clock.now()) return known
    const place = `schema id ${id}`
    const { status, answer } = await this.#get(`/schemas/ids/${id}`, place)
    if (status === 404 && (answer as { error_code?: unknown }).error_code === NO_SUCH_SCHEMA) {
      remember(this.#unknown, id, this.#clock.now() + (this.#options.unknownMs ?? 30_000))
      return undefined
    }
    const { schema: text, schemaType = 'AVRO' } = answer as { schema?: unknown; schemaType?: unknown }
    if (status !== 200 || typeof text !== 'string') throw this.#unreachable(place, `it answered with status ${status}`)
    if (schemaType !== 'AVRO') {
      const wrong = `it is of type ${String(schemaType)}, not an Avro schema`
      throw new MillraceError('MILLRACE_CODEC_SCHEMA', place, wrong, 'Write these records with an Avro schema')
    }
    const schema = parsed(text, place)
    avroType(schema, place)
    remember(this.#known, id, schema)
    return schema
  }

  /** Asks something small. Throws MILLRACE_CODEC_REGISTRY_UNREACHABLE where no registry answers there within so long. */
  async reach(timeoutMs: number): Promise<void> {
    const place = 'schema registry'
    const { status, answer } = await this.#get('/schemas/ids/1', place, timeoutMs)
    if (status === 200 || (answer as { error_code?: unknown }).error_code === NO_SUCH_SCHEMA) return
    throw this.#unreachable(place, `it answered with status ${status}`)
  }

  async close(): Promise<void> {
    await this.#last
  }

  async #register(subject: string, schema: AvroSchema): Promise<number> {
    const place = `subject '${subject}'`
    avroType(schema, place)
    const level = await this.#compatibility(subject, place)
    try {
      const { id } = await this.#inTime(
        this.#client.register(
          { type: SchemaType.AVRO, schema: JSON.stringify(ordered(schema)) },
          {
            subject,
            compatibility: (level ?? 'BACKWARD') as (typeof COMPATIBILITY)['BACKWARD'],
            updateConfig: level === undefined,
          },
        ),
      )
      return id
    } catch (cause) {
      const { name, status, message } = cause as Error & { readonly status?: number }
      if (name === 'ConfluentSchemaRegistryArgumentError')
        throw new MillraceError(
          'MILLRACE_CODEC_SCHEMA',
          place,
          message,
          'Give a record: the client registers named types only',
        )
      if (status === undefined || !INCOMPATIBLE.has(status)) throw this.#unreachable(place, message, cause)
      const wrong = `the registry refuses the schema (${message.slice(0, 300)})`
      const remedy =
        'Give new fields a default, keep the types of the others or widen them, name renamed ones in aliases; or use another topic'
      throw new MillraceError('MILLRACE_CODEC_SCHEMA_INCOMPATIBLE', place, wrong, remedy, { cause })
    }
  }

  /** The level a subject has; undefined where it has none of its own. */
  async #compatibility(subject: string, place: string): Promise<string | undefined> {
    const { status, answer } = await this.#get(`/config/${encodeURIComponent(subject)}`, place)
    if (status === 404) return undefined
    const level = (answer as { compatibilityLevel?: unknown }).compatibilityLevel
    if (status !== 200 || typeof level !== 'string') throw this.#unreachable(place, `it answered with status ${status}`)
    return level.toUpperCase()
  }

  async #get(
    path: string,
    place: string,
    timeoutMs = this.#options.timeoutMs ?? 10_000,
  ): Promise<{ readonly status: number; readonly answer: object }> {
    const user = this.#user
    const headers: Record<string, string> = { accept: 'application/vnd.schemaregistry.v1+json, application/json' }
    if (user) headers.authorization = `Basic ${Buffer.from(`${user.name}:${user.password}`).toString('base64')}`
    try {
      const response = await fetch(this.#url + path, { headers, signal: AbortSignal.timeout(timeoutMs) })
      return { status: response.status, answer: (await response.json()) as object }
    } catch (cause) {
      const { message, cause: inner } = cause as Error
      throw this.#unreachable(place, inner instanceof Error ? inner.message : message, cause)
    }
  }

  async #inTime<Result>(call: Promise<Result>): Promise<Result> {
    const { timeoutMs = 10_000 } = this.#options
    let cancel = (): void => {}
    const late = new Promise<never>((_, reject) => {
      cancel = systemClock.after(timeoutMs, () => reject(new Error(`no answer within ${timeoutMs} ms`)))
    })
    return Promise.race([call, late]).finally(cancel)
  }

  #unreachable(place: string, wrong: string, cause?: unknown): MillraceError {
    return new MillraceError(
      'MILLRACE_CODEC_REGISTRY_UNREACHABLE',
      place,
      `the schema registry at ${this.#url} can't be asked (${wrong})`,
      'See that it runs and that its address is right (MILLRACE_REGISTRY), then try again',
      { cause },
    )
  }
}

/** With its attributes in one order: registries tell schemas apart by their text. */
function ordered(schema: unknown): unknown {
  if (typeof schema !== 'object' || schema === null) return schema
  if (Array.isArray(schema)) return schema.map(ordered)
  const entries = Object.entries(schema).filter(([, value]) => value !== undefined)
  return Object.fromEntries(entries.sort(([one], [other]) => (one < other ? -1 : 1)).map(([k, v]) => [k, ordered(v)]))
}

function parsed(text: string, place: string): AvroSchema {
  try {
    return JSON.parse(text) as AvroSchema
  } catch (cause) {
    const remedy = 'Look at this schema in the registry'
    throw new MillraceError('MILLRACE_CODEC_SCHEMA', place, 'its schema is no JSON', remedy, { cause })
  }
}

function remember<Value>(map: Map<number, Value>, id: number, value: Value): void {
  if (map.size >= KEPT) map.delete(map.keys().next().value as number)
  map.set(id, value)
}
