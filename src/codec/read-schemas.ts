import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { MillraceError } from '../errors.ts'
import { type AvroSchema, schemaBounds } from './avro-schema.ts'
import { type EventSchema, eventSchema } from './event-schema.ts'

/**
 * Reads the event schemas of a folder, its `*.avsc` files but not its subfolders, by file name, sorted.
 * Throws MILLRACE_CODEC_SCHEMA_FOLDER where the folder can't be read and MILLRACE_CODEC_SCHEMA for a wrong schema, unless
 * `wrong` is there to keep such errors by file: a schema that nobody needs may be as wrong as it likes.
 */
export async function readSchemas(
  folder: string,
  wrong?: Map<string, unknown>,
): Promise<ReadonlyMap<string, EventSchema>> {
  const schemas = new Map<string, EventSchema>()
  for (const file of await schemaFiles(folder)) {
    try {
      schemas.set(file, eventSchema(await parsed(join(folder, file)), file))
    } catch (error) {
      if (wrong === undefined) throw error
      wrong.set(file, error)
    }
  }
  return schemas
}

async function schemaFiles(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).filter((file) => file.endsWith('.avsc')).toSorted()
  } catch (cause) {
    const remedy = `Create the folder and put one .avsc file in it for each kind of event`
    throw new MillraceError('MILLRACE_CODEC_SCHEMA_FOLDER', folder, `the schema folder can't be read`, remedy, {
      cause,
    })
  }
}

async function parsed(path: string): Promise<AvroSchema> {
  if ((await stat(path)).size > schemaBounds.bytes) {
    throw new MillraceError('MILLRACE_CODEC_SCHEMA', path, `larger than ${schemaBounds.bytes} bytes`, 'Make it smaller')
  }
  try {
    return JSON.parse(await readFile(path, 'utf8'))
  } catch (cause) {
    const wrong = `not valid JSON (${(cause as Error).message})`
    throw new MillraceError('MILLRACE_CODEC_SCHEMA', path, wrong, 'An .avsc file holds one Avro schema as JSON', {
      cause,
    })
  }
}
