import { AvroRecordDecoder } from '../codec/avro-record-decoder.ts'
import type { SchemaRegistry } from '../codec/schema-registry.ts'

/** Reads values of any topic for people: Avro by the schema that each names, JSON, text, else bytes in hexadecimal. */
export class ValueReader {
  private readonly registry: SchemaRegistry
  private readonly decoders = new Map<number, AvroRecordDecoder | undefined>()

  constructor(registry: SchemaRegistry) {
    this.registry = registry
  }

  /** The record of a value; null for a value that is null. */
  async read(value: Uint8Array | null): Promise<unknown> {
    if (value === null) return null
    const id = AvroRecordDecoder.schemaId(value)
    if (id !== undefined) {
      const decoder = await this.decoderOf(id)
      const record = decoder?.decode(value)
      if (record !== undefined) return { ...(record as object) }
    }
    const text = textOf(value)
    if (text === undefined) return { bytes: Buffer.from(value).toString('hex') }
    try {
      return JSON.parse(text) as unknown
    } catch {
      return text
    }
  }

  private async decoderOf(id: number): Promise<AvroRecordDecoder | undefined> {
    if (!this.decoders.has(id)) {
      const schema = await this.registry.schemaOf(id)
      this.decoders.set(id, schema === undefined ? undefined : new AvroRecordDecoder(schema, `schema id ${id}`))
    }
    return this.decoders.get(id)
  }
}

function textOf(value: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(value)
  } catch {
    return undefined
  }
}
