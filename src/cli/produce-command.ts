import { basename } from 'node:path'
import { Command } from 'commander'
import { readSchemas } from '../codec/read-schemas.ts'
import { MillraceError } from '../errors.ts'
import type { EmbeddedPlatform } from '../service/embedded-platform.ts'
import { loadStream, streamNames } from '../service/load-stream.ts'
import { nearest } from '../stream/nearest.ts'
import { countOption } from './count-option.ts'
import { formatCount, formatTime } from './format.ts'
import { ProgressLine } from './progress-line.ts'
import { Project } from './project.ts'
import { readRows, rowFormat } from './read-rows.ts'
import { TopicWriter, type TopicWriterOptions } from './topic-writer.ts'
import { typedRecord } from './typed-record.ts'

interface ProduceOptions {
  readonly from: string
  readonly schema?: string
  readonly key?: string
  readonly timestamp?: string
  readonly format?: string
  readonly partitions: number
  readonly skipBad?: boolean
  readonly allowFuture?: boolean
}

const FUTURE_MS = 86_400_000 // clocks differ, and dates have zones

/** `millrace produce <topic>` */
export function produceCommand(): Command {
  return new Command('produce')
    .summary('write the rows of a file to a topic')
    .description(
      'Writes the rows of a CSV, JSON lines or Parquet file to a topic, each checked by the schema. What is left out is taken from a stream that reads the topic. The first bad row ends it, with the rows before it written.',
    )
    .argument('<topic>', 'such as flights.departures; made where it is not there')
    .requiredOption('--from <file>', 'a .csv, .tsv or .jsonl file, .gz or not, or a .parquet file')
    .option('--schema <file>', 'a file of the schema folder, such as departure.avsc')
    .option('--key <field>', 'the field that is the key')
    .option(
      '--timestamp <field>',
      "the field that is the record's timestamp, or 'now' (default: the stream's time field)",
    )
    .option('--format <format>', 'avro or json')
    .option('--partitions <count>', 'of the topic, where it is new', countOption, 1)
    .option('--skip-bad', 'pass over rows that are turned down, count them and name the first')
    .option('--allow-future', 'take timestamps more than a day ahead of the clock too')
    .addHelpText(
      'after',
      `
Examples:
  millrace produce flights.departures --from departures.csv
  millrace produce clicks --from clicks.jsonl.gz --schema click.avsc --key user --timestamp at`,
    )
    .action(produce)
}

async function produce(topic: string, options: ProduceOptions, command: Command): Promise<void> {
  const project = Project.of(command)
  const { terminal } = project
  rowFormat(options.from)
  refuseOutput(project, topic)
  const settings = await settingsOf(project, topic, options)
  const progress = new ProgressLine(terminal, 'records')
  const work = async (platform: EmbeddedPlatform) => {
    const writer = await TopicWriter.open(platform, {
      ...settings,
      latestMs: options.allowFuture ? undefined : Date.now() + FUTURE_MS,
    })
    let row = 0
    let turnedDown = 0
    let first: string | undefined
    try {
      for await (const values of readRows(options.from, options.skipBad ? () => turnedDown++ : undefined)) {
        row++
        const wrong = await writer.write(typedRecord(settings.schema.fields, values, row - 1))
        if (wrong !== undefined && !options.skipBad) {
          throw new MillraceError(
            'MILLRACE_CLI_DATA',
            `${basename(options.from)}, row ${row}`,
            wrong,
            `Correct the row, or pass over such rows with --skip-bad${writer.ahead > 0 ? ', or take them with --allow-future' : ''}; ${row === 1 ? 'nothing was written' : 'the rows before it are in the topic'}`,
          )
        }
        if (wrong !== undefined) {
          turnedDown++
          first ??= `row ${row}: ${wrong}`
        }
        progress.update(row)
      }
    } finally {
      await writer.flush()
      progress.end()
    }
    return { written: writer.written, bad: turnedDown, ahead: writer.ahead, first }
  }
  const { written, bad, ahead, first } = await project.withPlatform(work).catch(async (error: unknown) => {
    if (error instanceof MillraceError && error.code === 'MILLRACE_LOG_IN_USE') throw await inUse(project, topic, error)
    throw error
  })
  if (project.json) return terminal.json({ topic, written, bad, ahead })
  const rate = formatCount((written * 1000) / progress.elapsedMs)
  const added = written === 1 ? '1 record was' : `${formatCount(written)} records were`
  terminal.line(`${added} written to ${topic} in ${formatTime(progress.elapsedMs)} (${rate}/s).`)
  if (bad === 0) return
  const rows = bad === 1 ? '1 row was passed over' : `${formatCount(bad)} rows were passed over`
  const far = ahead > 0 && ahead < bad ? `, ${formatCount(ahead)} of them with times ahead of the clock` : ''
  terminal.line(first === undefined ? `${rows}.` : `${rows}${far}; the first, ${first}.`)
}

/** What a stream writes is its own: a foreign record in its journal would be the end of it. */
function refuseOutput({ config }: Project, topic: string): void {
  const [, stream, kind] = /^(.+)\.(control|predictions|signals|models|dead-letters|journal)$/.exec(topic) ?? []
  if (kind === undefined || (kind !== 'journal' && !streamNames(config.streams).includes(stream))) return
  throw new MillraceError(
    'MILLRACE_CLI_USAGE',
    `topic '${topic}'`,
    `only stream '${stream}' writes to it`,
    'Name a topic that a stream reads',
  )
}

/** What the options say, and what a stream that reads the topic says where they do not. */
async function settingsOf(project: Project, topic: string, options: ProduceOptions): Promise<TopicWriterOptions> {
  const input = await inputOf(project, topic)
  const broken = new Map<string, unknown>()
  const schemas = await readSchemas(project.config.schemas, broken)
  const schemaFile = options.schema ?? input?.schema
  const key = options.key ?? input?.key
  if (schemaFile === undefined || key === undefined) {
    throw new MillraceError(
      'MILLRACE_CLI_USAGE',
      `topic '${topic}'`,
      'no stream reads it, so its schema and key are not known',
      'Give --schema and --key',
    )
  }
  if (broken.has(schemaFile)) throw broken.get(schemaFile)
  const schema = schemas.get(schemaFile)
  if (schema === undefined)
    throw new MillraceError(
      'MILLRACE_STREAM_UNKNOWN_SCHEMA',
      project.config.schemas,
      `there is no schema '${schemaFile}'`,
      nearest(schemaFile, [...schemas.keys()]),
    )
  const format = options.format ?? input?.format ?? 'avro'
  if (format !== 'avro' && format !== 'json')
    throw new MillraceError('MILLRACE_CLI_USAGE', '--format', `there is no format '${format}'`, 'Give avro or json')
  const timestamp = options.timestamp ?? input?.time
  return {
    topic,
    partitions: options.partitions,
    schemaFile,
    schema,
    format,
    key,
    timestamp: timestamp === 'now' ? undefined : timestamp,
  }
}

/** One process at a time writes to a data directory: a stream that runs there is fed by its API. */
async function inUse(project: Project, topic: string, cause: MillraceError): Promise<MillraceError> {
  const { data, host, port } = project.config
  const input = await inputOf(project, topic)
  const path =
    input === undefined
      ? '/streams/<stream>/inputs/<input>/records'
      : `/streams/${input.stream}/inputs/${input.name}/records`
  const remedy = `A stream that runs is fed by its HTTP API: POST http://${host}:${port}${path}; or stop it first`
  return new MillraceError('MILLRACE_LOG_IN_USE', `data directory ${data}`, 'another process is using it', remedy, {
    cause,
  })
}

/** The input of the first stream that reads a topic; streams that do not load are passed over. */
async function inputOf(project: Project, topic: string) {
  for (const name of streamNames(project.config.streams)) {
    const loaded = await loadStream(project.config, name).catch(() => undefined)
    const input = loaded?.graph.inputs.find((candidate) => candidate.topic === topic)
    if (input === undefined) continue
    const { schema, format, fields, key, time, arrival } = input
    return {
      stream: name,
      name: input.name,
      schema,
      format,
      key: fields[key].name,
      time: fields[arrival < 0 ? time : arrival].name,
    }
  }
  return undefined
}
