import type { AvroSchema } from './avro-schema.ts'

/** Schemas by id, and their versions by subject: embedded, or a server over HTTP, under one contract suite. */
export interface SchemaRegistry {
  /**
   * Makes a schema the newest version of a subject (`<topic>-value` for a topic's values), if it isn't one of its
   * versions already, and gives the schema's id, a whole number from 1. The same schema has the same id under every
   * subject, whatever the order of its attributes.
   * Throws MILLRACE_CODEC_SCHEMA, MILLRACE_CODEC_SCHEMA_INCOMPATIBLE where it can't read what the subject's newest
   * version wrote, and MILLRACE_CODEC_REGISTRY_UNREACHABLE.
   */
  register(subject: string, schema: AvroSchema): Promise<number>
  /**
   * The schema of an id; undefined where the registry says definitely that there is none.
   * Throws MILLRACE_CODEC_REGISTRY_UNREACHABLE where it can't be asked: nothing is known then, and trying again can help.
   */
  schemaOf(id: number): Promise<AvroSchema | undefined>
  close(): Promise<void>
}
