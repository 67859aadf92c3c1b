import { createHash } from 'node:crypto'
import type { AvroSchema } from '../codec/avro-schema.ts'
import type { EventDecoder } from '../codec/event-decoder.ts'
import type { SchemaRegistry } from '../codec/schema-registry.ts'
import type { RecordBatch } from '../log/record-batch.ts'
import type { StateRegion, Stateful } from '../stats/state-region.ts'
import type { BlobStore } from '../store/store.ts'
import { MillraceError } from '../errors.ts'

/**
 * What a task knows of writer schemas: each id met, with the digest of its schema, or that the registry definitely had
 * none. The schemas themselves are blobs by digest, so a replay needs no registry and decides as the first run did.
 */
export class SchemaBook implements Stateful {
  private readonly registry: SchemaRegistry
  private readonly blobs: BlobStore
  private readonly decoders: readonly EventDecoder[]
  private known: Record<string, string | null> = {}
  /** Met since the last journal record. */
  private fresh: Record<string, string | null> = {}
  private readonly defined: Set<string> = new Set()
  /** Questions under way: the registry is asked once for an id, whoever meets it. */
  private readonly asked: Map<number, Promise<void>> = new Map()

  constructor(registry: SchemaRegistry, blobs: BlobStore, decoders: readonly EventDecoder[]) {
    this.registry = registry
    this.blobs = blobs
    this.decoders = decoders
  }

  /** Sees to it that every schema id in a batch is known to its decoder. Throws MILLRACE_CODEC_REGISTRY_UNREACHABLE. */
  async prepare(batch: RecordBatch, input: number): Promise<void> {
    for (const id of schemaIds(batch)) {
      if (this.defined.has(`${input}:${id}`)) continue
      if (this.known[id] === undefined) await this.ask(id)
      const digest = this.known[id] as string | null
      this.decoders[input].define(id, digest === null ? undefined : await this.schemaOf(digest))
      this.defined.add(`${input}:${id}`)
    }
  }

  /** What was first met since the last call: for the journal. */
  takeFresh(): Readonly<Record<string, string | null>> {
    const { fresh } = this
    this.fresh = {}
    return fresh
  }

  /** Replay: what the journal says was met holds, whatever a reader that ran ahead of it was answered. */
  async learn(schemas: Readonly<Record<string, string | null>>): Promise<void> {
    for (const [id, digest] of Object.entries(schemas)) {
      const isNews = this.known[id] !== digest
      this.known[id] = digest
      delete this.fresh[id]
      if (isNews) await this.defineAnew(Number(id), digest)
    }
  }

  regions(): Readonly<Record<string, StateRegion>> {
    return {
      known: {
        save: () => Buffer.from(JSON.stringify(this.known)),
        load: (bytes) => {
          this.known = JSON.parse(Buffer.from(bytes).toString())
        },
      },
    }
  }

  private async defineAnew(id: number, digest: string | null): Promise<void> {
    for (const [input, decoder] of this.decoders.entries()) {
      if (!this.defined.has(`${input}:${id}`)) continue
      decoder.define(id, digest === null ? undefined : await this.schemaOf(digest))
    }
  }

  private ask(id: number): Promise<void> {
    let asking = this.asked.get(id)
    if (asking === undefined) {
      asking = this.answerOf(id).finally(() => this.asked.delete(id))
      this.asked.set(id, asking)
    }
    return asking
  }

  private async answerOf(id: number): Promise<void> {
    const schema = await this.registry.schemaOf(id)
    let digest: string | null = null
    if (schema !== undefined) {
      const bytes = Buffer.from(JSON.stringify(schema))
      digest = createHash('sha256').update(bytes).digest('hex')
      await this.blobs.put(blobName(digest), bytes)
    }
    this.known[id] = digest
    this.fresh[id] = digest
  }

  private async schemaOf(digest: string): Promise<AvroSchema> {
    const bytes = await this.blobs.get(blobName(digest))
    if (bytes !== undefined && createHash('sha256').update(bytes).digest('hex') === digest)
      return JSON.parse(Buffer.from(bytes).toString()) as AvroSchema
    throw new MillraceError(
      'MILLRACE_TASK_SCHEMA_LOST',
      `writer schema ${digest}`,
      'its blob is gone or has changed, and the records that were written by it can be decoded as before only with it',
      'Restore the blobs folder from a copy, or begin anew with millrace reset',
    )
  }
}

function blobName(digest: string): string {
  return `schema-${digest}.json`
}

/** The schema ids in Confluent's framing, each once for each run of records that have it. */
function* schemaIds(batch: RecordBatch): Generator<number> {
  const { bytes, valueStarts, valueEnds, count } = batch
  let last = -1
  for (let i = 0; i < count; i++) {
    const at = valueStarts[i]
    if (at < 0 || valueEnds[i] - at < 5 || bytes[at] !== 0) continue
    const id = ((bytes[at + 1] << 24) | (bytes[at + 2] << 16) | (bytes[at + 3] << 8) | bytes[at + 4]) >>> 0
    if (id !== last) {
      last = id
      yield id
    }
  }
}
