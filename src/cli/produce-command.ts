import { basename } from 'node:path'
import { Command } from 'commander'
import { readSchemas } from '../codec/read-schemas.ts'
import { MillraceError } from '../errors.ts'
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
}

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
    .option('--skip-bad', 'pass over rows that the schema turns down, and count them')
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
  const { written, bad } = await project.withPlatform(async (platform) => {
    const writer = await TopicWriter.open(platform, settings)
    let row = 0
    let turnedDown = 0
    try {
      for await (const values of readRows(options.from, options.skipBad ? () => turnedDown++ : undefined)) {
        row++
        const wrong = await writer.write(typedRecord(settings.schema.fields, values, row - 1))
        if (wrong !== undefined && !options.skipBad) {
          throw new MillraceError(
            'MILLRACE_CLI_DATA',
            `${basename(options.from)}, row ${row}`,
            wrong,
            `Correct the row, or pass over such rows with --skip-bad; ${row === 1 ? 'nothing was written' : 'the rows before it are in the topic'}`,
          )
        }
        if (wrong !== undefined) turnedDown++
        progress.update(row)
      }
    } finally {
      await writer.flush()
      progress.end()
    }
    return { written: writer.written, bad: turnedDown }
  })
  if (project.json) return terminal.json({ topic, written, bad })
  const rate = formatCount((written * 1000) / progress.elapsedMs)
  const added = written === 1 ? '1 record was' : `${formatCount(written)} records were`
  terminal.line(`${added} written to ${topic} in ${formatTime(progress.elapsedMs)} (${rate}/s).`)
  if (bad > 0) terminal.line(bad === 1 ? '1 row was passed over.' : `${formatCount(bad)} rows were passed over.`)
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
  const schemas = await readSchemas(project.config.schemas)
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

/** The input of the first stream that reads a topic; streams that do not load are passed over. */
async function inputOf(project: Project, topic: string) {
  for (const name of streamNames(project.config.streams)) {
    const loaded = await loadStream(project.config, name).catch(() => undefined)
    const input = loaded?.graph.inputs.find((candidate) => candidate.topic === topic)
    if (input === undefined) continue
    const { schema, format, fields, key, time, arrival } = input
    return { schema, format, key: fields[key].name, time: fields[arrival < 0 ? time : arrival].name }
  }
  return undefined
}
