import { existsSync, readdirSync } from 'node:fs'
import { join, relative } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { EventSchema } from '../codec/event-schema.ts'
import { readSchemas } from '../codec/read-schemas.ts'
import type { Config } from '../config/config-schema.ts'
import { MillraceError } from '../errors.ts'
import { buildGraph } from '../stream/build-graph.ts'
import type { Stream } from '../stream/define-stream.ts'
import type { Graph } from '../stream/graph.ts'
import { nearest } from '../stream/nearest.ts'
import { codeDigest } from './code-digest.ts'
import { millraceVersion } from './millrace-version.ts'
import { streamFileError } from './stream-file-error.ts'

/** A stream file, loaded and checked. */
export interface LoadedStream {
  readonly name: string
  /** The stream file. */
  readonly file: string
  /** `streams/<name>.history.ts`; undefined where there is none. */
  readonly historyFile: string | undefined
  readonly stream: Stream
  readonly graph: Graph
  /** By file name: those of the schema folder. */
  readonly schemas: ReadonlyMap<string, EventSchema>
  /** What code and definition this is. */
  readonly code: string
}

const extensions = ['.ts', '.js', '.mjs']
const isStream = /^([^.]+)\.(ts|js|mjs)$/

/** The names of the streams of a folder, sorted: its files of one extension only. */
export function streamNames(folder: string): readonly string[] {
  if (!existsSync(folder)) return []
  return [...new Set(readdirSync(folder).flatMap((file) => isStream.exec(file)?.[1] ?? []))].toSorted()
}

/**
 * Imports `streams/<name>.ts`, reads the schemas and builds the graph. Throws MILLRACE_SERVICE_NO_STREAM,
 * MILLRACE_SERVICE_STREAM_FILE, MILLRACE_CODEC_SCHEMA* and MILLRACE_STREAM_*.
 */
export async function loadStream(config: Pick<Config, 'streams' | 'schemas'>, name: string): Promise<LoadedStream> {
  const file = fileOf(config.streams, name)
  if (file === undefined) {
    const names = streamNames(config.streams)
    const remedy =
      names.length > 0 ? nearest(name, names) : 'Make one with millrace new, or go to the folder of your project'
    throw new MillraceError('MILLRACE_SERVICE_NO_STREAM', config.streams, `there is no stream '${name}'`, remedy)
  }
  const shown = relative(process.cwd(), file)
  const stream = await defaultExport(file, shown, name)
  const wrong = new Map<string, unknown>()
  const schemas = await readSchemas(config.schemas, wrong)
  for (const input of Object.values(stream.inputs)) if (wrong.has(input?.schema)) throw wrong.get(input.schema)
  const fields = Object.fromEntries([...schemas].map(([schemaFile, schema]) => [schemaFile, schema.fields]))
  const graph = built(() => buildGraph(stream, fields), file)
  const used = graph.inputs.map((input) => [input.schema, schemas.get(input.schema)?.avro])
  const code = codeDigest(file, { schemas: used, millrace: millraceVersion, node: process.versions.node })
  return { name, file, historyFile: fileOf(config.streams, `${name}.history`), stream, graph, schemas, code }
}

function fileOf(folder: string, name: string): string | undefined {
  return extensions.map((extension) => join(folder, name + extension)).find((path) => existsSync(path))
}

async function defaultExport(file: string, shown: string, name: string): Promise<Stream> {
  let exported: unknown
  try {
    exported = ((await import(pathToFileURL(file).href)) as { default?: unknown }).default
  } catch (cause) {
    throw streamFileError(file, 'the file does not load', 'Correct it there', cause)
  }
  const stream = exported as Partial<Stream> | null | undefined
  if (
    typeof stream !== 'object' ||
    stream === null ||
    typeof stream.build !== 'function' ||
    typeof stream.inputs !== 'object'
  ) {
    throw new MillraceError(
      'MILLRACE_SERVICE_STREAM_FILE',
      shown,
      'its default export is no stream',
      'Write `export default defineStream({ ... })`',
    )
  }
  if (stream.name !== name) {
    throw new MillraceError(
      'MILLRACE_SERVICE_STREAM_FILE',
      shown,
      `the stream in it is named '${stream.name}'`,
      `Name it '${name}', as the file, or rename the file`,
    )
  }
  return stream as Stream
}

function built(build: () => Graph, file: string): Graph {
  try {
    return build()
  } catch (cause) {
    if (cause instanceof MillraceError) throw cause
    throw streamFileError(file, '`build` threw', 'Correct it there', cause)
  }
}
