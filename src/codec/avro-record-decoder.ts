import type avsc from 'avsc'
import { type AvroSchema, avroType } from './avro-schema.ts'
import { ByteReader } from './byte-reader.ts'
import { skipValue } from './skip-value.ts'

/**
 * Decodes single values of any Avro schema into objects, for people and for low rates: command line, API, control
 * commands. The bytes are walked before avsc reads them, because avsc takes a length that corrupted bytes name at its word.
 */
export class AvroRecordDecoder {
  private readonly type: avsc.Type
  private readonly reader = new ByteReader()

  /** `schema` is the writer's. Throws MILLRACE_CODEC_SCHEMA. */
  constructor(schema: AvroSchema, place: string) {
    this.type = avroType(schema, place)
  }

  /** The id of the writer's schema that a value names; undefined where the value is not in Confluent's wire format. */
  static schemaId(value: Uint8Array): number | undefined {
    if (value.length < 5 || value[0] !== 0) return undefined
    return ((value[1] << 24) | (value[2] << 16) | (value[3] << 8) | value[4]) >>> 0
  }

  /** The record of a value with its five bytes of prefix; undefined where the bytes are not one. */
  decode(value: Uint8Array): unknown {
    const { reader } = this
    reader.take(value)
    reader.open(5, value.length)
    skipValue(this.type, reader)
    if (reader.wrong !== undefined || reader.position !== value.length || value.length < 5) return undefined
    try {
      return this.type.fromBuffer(Buffer.from(value.buffer, value.byteOffset + 5, value.length - 5))
    } catch {
      return undefined
    }
  }
}
