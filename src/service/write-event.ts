import type { AvroEncoder } from '../codec/avro-encoder.ts'
import type { EventField } from '../codec/event-schema.ts'
import type { OutgoingBatchBuilder } from '../log/outgoing-batch-builder.ts'

/**
 * Encodes a plain record as the value of the builder's last record, field by field in the schema's order. A field left out
 * has the schema's default, or is null where it may be. Throws MILLRACE_CODEC_ENCODE.
 */
export function writeEvent(
  encoder: AvroEncoder,
  fields: readonly EventField[],
  builder: OutgoingBatchBuilder,
  record: object,
): void {
  encoder.begin(builder)
  for (let i = 0; i < fields.length; i++) {
    const field = fields[i]
    let value: unknown = (record as Record<string, unknown>)[field.name]
    if (value === undefined) value = field.default ?? null
    if (value === null) encoder.null()
    else if (typeof value === 'number') encoder.number(value)
    else if (typeof value === 'boolean') encoder.boolean(value)
    else encoder.text(String(value))
  }
  encoder.end()
}
