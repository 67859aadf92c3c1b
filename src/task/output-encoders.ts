import { AvroEncoder } from '../codec/avro-encoder.ts'
import { type PublishedName, publishedSchemas } from '../codec/published-schemas.ts'
import type { SchemaRegistry } from '../codec/schema-registry.ts'
import type { OutputEncoders } from './output-writer.ts'

/** Registers the schemas of a stream's output topics and makes their encoders. */
export async function outputEncoders(stream: string, registry: SchemaRegistry): Promise<OutputEncoders> {
  const schemas = await publishedSchemas()
  const encoder = (name: PublishedName): AvroEncoder => new AvroEncoder(schemas[name], 0, `millrace/${name}.avsc`)
  const id = (topic: string, name: PublishedName): Promise<number> =>
    registry.register(`${stream}.${topic}-value`, schemas[name])
  return {
    predictions: encoder('prediction'),
    signals: encoder('signal'),
    models: encoder('model-event'),
    deadLetters: encoder('dead-letter'),
    ids: {
      predictions: await id('predictions', 'prediction'),
      signals: await id('signals', 'signal'),
      models: await id('models', 'model-event'),
      deadLetters: await id('dead-letters', 'dead-letter'),
    },
  }
}
