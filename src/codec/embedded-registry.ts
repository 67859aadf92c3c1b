import { createHash } from 'node:crypto'
import { MillraceError } from '../errors.ts'
import type { RecordStore } from '../store/store.ts'
import { type AvroSchema, avroType } from './avro-schema.ts'
import type { SchemaRegistry } from './schema-registry.ts'

const encoder = new TextEncoder()
const decoder = new TextDecoder()

/**
 * A schema registry kept in a record store. One process at a time may register: the one that owns the data directory;
 * others may read. A schema's record is written before anything that refers to it, so that a crash between the two
 * leaves at most an id that nobody was told.
 */
export class EmbeddedRegistry implements SchemaRegistry {
  private readonly store: RecordStore
  private last: Promise<unknown> = Promise.resolve()

  /** Closing the registry leaves the store open. */
  constructor(store: RecordStore) {
    this.store = store
  }

  register(subject: string, schema: AvroSchema): Promise<number> {
    const place = `subject '${subject}'`
    const turn = this.last.then(() => reachable(place, () => this.registered(subject, schema, place)))
    this.last = turn.catch(() => {}) // one after the other: ids and versions are counted up
    return turn
  }

  async schemaOf(id: number): Promise<AvroSchema | undefined> {
    return reachable(`schema id ${id}`, () => this.read<AvroSchema>(idKey(id)))
  }

  async close(): Promise<void> {
    await this.last
  }

  private async registered(subject: string, schema: AvroSchema, place: string): Promise<number> {
    const type = avroType(schema, place)
    const text = ordered(schema)
    const digest = digestOf(text)
    const known = await this.read<number>(digestKey(digest))
    const versions = await this.store.list(subjectKey(subject, ''))
    for (const version of versions) if (known !== undefined && (await this.read(version)) === known) return known
    if (versions.length > 0) await this.checkReads(type, versions[versions.length - 1], place)
    const id = known ?? (await this.nextId())
    if (known === undefined) {
      await this.write(idKey(id), text)
      await this.write(digestKey(digest), String(id))
    }
    await this.write(subjectKey(subject, padded(versions.length + 1)), String(id))
    return id
  }

  private async checkReads(type: ReturnType<typeof avroType>, newest: string, place: string): Promise<void> {
    const id = (await this.read<number>(newest)) as number
    try {
      type.createResolver(avroType((await this.read<AvroSchema>(idKey(id))) as AvroSchema, place))
    } catch (cause) {
      const wrong = `the schema can't read what the newest version (id ${id}) wrote (${(cause as Error).message.slice(0, 300)})`
      const remedy =
        'Give new fields a default, keep the types of the others or widen them, name renamed ones in aliases; or use another topic'
      throw new MillraceError('MILLRACE_CODEC_SCHEMA_INCOMPATIBLE', place, wrong, remedy, { cause })
    }
  }

  private async nextId(): Promise<number> {
    const ids = await this.store.list(idPrefix)
    return ids.length === 0 ? 1 : Number(ids[ids.length - 1].slice(idPrefix.length)) + 1
  }

  private async read<T>(key: string): Promise<T | undefined> {
    const bytes = await this.store.get(key)
    return bytes === undefined ? undefined : JSON.parse(decoder.decode(bytes))
  }

  private async write(key: string, text: string): Promise<void> {
    await this.store.put(key, encoder.encode(text))
  }
}

const idPrefix = 'schema-registry/ids/'

function idKey(id: number): string {
  return idPrefix + padded(id)
}

function digestKey(digest: string): string {
  return `schema-registry/digests/${digest}`
}

/** Subjects are hashed: they may be longer, and of other characters, than a store's keys. */
function subjectKey(subject: string, version: string): string {
  return `schema-registry/subjects/${digestOf(subject)}/${version}`
}

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

/** Ten digits: a schema id has 32 bits, and keys are sorted as text. */
function padded(number: number): string {
  return String(number).padStart(10, '0')
}

/** A schema as JSON that doesn't depend on the order of attributes. */
function ordered(schema: unknown): string {
  if (typeof schema !== 'object' || schema === null) return JSON.stringify(schema)
  if (Array.isArray(schema)) return `[${schema.map(ordered).join(',')}]`
  const entries = Object.entries(schema).filter(([, value]) => value !== undefined)
  entries.sort(([one], [other]) => (one < other ? -1 : 1))
  return `{${entries.map(([name, value]) => `${JSON.stringify(name)}:${ordered(value)}`).join(',')}}`
}

async function reachable<T>(place: string, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask()
  } catch (cause) {
    if (cause instanceof MillraceError && !cause.retryable) throw cause
    const wrong = `the schema registry's store can't be used (${(cause as Error).message})`
    throw new MillraceError(
      'MILLRACE_CODEC_REGISTRY_UNREACHABLE',
      place,
      wrong,
      'Look at the data directory, then try again',
      { cause },
    )
  }
}
