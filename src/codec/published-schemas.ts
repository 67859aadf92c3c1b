import { readFile } from 'node:fs/promises'
import type { AvroSchema } from './avro-schema.ts'

/** The topics of a stream that Millrace defines: the name of the schema of each one's records. */
export type PublishedName = 'prediction' | 'signal' | 'model-event' | 'dead-letter' | 'control-command'

const names: readonly PublishedName[] = ['prediction', 'signal', 'model-event', 'dead-letter', 'control-command']

type PublishedSchemas = Readonly<Record<PublishedName, AvroSchema>>

let read: Promise<PublishedSchemas> | undefined // once: they are files of the package

/** The schemas of the records that Millrace itself defines, `schemas/millrace/*.avsc` of the package. */
export function publishedSchemas(): Promise<PublishedSchemas> {
  read ??= readAll()
  return read
}

async function readAll(): Promise<PublishedSchemas> {
  const folder = new URL('../../schemas/millrace/', import.meta.url)
  const texts = await Promise.all(names.map((name) => readFile(new URL(`${name}.avsc`, folder), 'utf8')))
  return Object.fromEntries(names.map((name, i) => [name, JSON.parse(texts[i])])) as PublishedSchemas
}
