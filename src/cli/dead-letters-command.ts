import { Command } from 'commander'
import { lastValueFrom, toArray } from 'rxjs'
import { MillraceError } from '../errors.ts'
import { OutgoingBatchBuilder } from '../log/outgoing-batch-builder.ts'
import type { EmbeddedPlatform } from '../service/embedded-platform.ts'
import { ValueReader } from '../service/value-reader.ts'
import { countOption } from './count-option.ts'
import { formatCount } from './format.ts'
import { neverRun } from './never-run.ts'
import { Project } from './project.ts'
import { textTable } from './text-table.ts'
import { topicBounds, topicRecords } from './topic-records.ts'
import { typedCommand } from './typed-command.ts'

/** A record of `<stream>.dead-letters`, as its schema says. */
interface DeadLetterValue {
  readonly topic: string
  readonly partition: number
  readonly offset: number
  readonly timestamp: number
  readonly stage: string
  readonly cause: string
  readonly key: Uint8Array | null
  readonly value: Uint8Array | null
  readonly size: number
  readonly headers: readonly { readonly name: string; readonly value: Uint8Array }[]
  readonly sequence: number
}

/** `millrace dead-letters list|show|replay` */
export function deadLettersCommand(): Command {
  const list = new Command('list')
    .summary('list the records that could not be used')
    .argument('<stream>', 'name of a stream')
    .option('-n, --last <records>', 'how many', countOption, 20)
    .addHelpText(
      'after',
      '\nExamples:\n  millrace dead-letters flight-delay\n  millrace dead-letters list flight-delay -n 1000 --json',
    )
    .action(listLetters)
  const show = new Command('show')
    .summary('show one of them, decoded as far as that goes')
    .argument('<stream>', 'name of a stream')
    .argument('<sequence>', 'its number, as listed')
    .addHelpText('after', '\nExamples:\n  millrace dead-letters show flight-delay 17')
    .action(showLetter)
  const replay = new Command('replay')
    .summary('write them to the topics they came from again')
    .description(
      'Writes dead letters to the topics they came from again, with their keys, headers and timestamps: after what was wrong with the stream or its schema has been mended.',
    )
    .argument('<stream>', 'name of a stream')
    .argument('[sequences...]', 'their numbers, as listed; all of them with --all')
    .option('--all', 'all of them')
    .addHelpText(
      'after',
      '\nExamples:\n  millrace dead-letters replay flight-delay 17 18\n  millrace dead-letters replay flight-delay --all',
    )
    .action(replayLetters)
  return new Command('dead-letters')
    .summary('list, show or replay the records that could not be used')
    .description(
      'Lists the records that a stream could not use, shows them, and writes them to their topics again. `millrace dead-letters <stream>` is short for `millrace dead-letters list <stream>`.',
    )
    .addCommand(list, { isDefault: true })
    .addCommand(show)
    .addCommand(replay)
}

async function listLetters(stream: string, options: { last: number }, command: Command): Promise<void> {
  const project = Project.of(command)
  const { terminal } = project
  const letters = await project.withPlatform((platform) => lettersOf(project, platform, stream, options.last), {
    readOnly: true,
  })
  if (project.json) return terminal.json(letters.map(asJson))
  if (letters.length === 0) return terminal.line(`Stream '${stream}' has no dead letters.`)
  const rows = letters.map(({ sequence, topic, partition, offset, stage, cause }) => [
    String(sequence),
    `${topic}/${partition}/${offset}`,
    stage,
    cause,
  ])
  for (const line of textTable([['number', 'record', 'stage', 'cause'], ...rows], [1, 2, 3])) terminal.line(line)
}

async function showLetter(stream: string, sequence: string, _options: object, command: Command): Promise<void> {
  const project = Project.of(command)
  const { terminal } = project
  await project.withPlatform(
    async (platform) => {
      const letter = (await lettersOf(project, platform, stream)).find((one) => one.sequence === Number(sequence))
      if (letter === undefined) throw noLetter(stream, sequence)
      const decoded = await new ValueReader(platform.registry).read(letter.value)
      if (project.json) return terminal.json({ ...asJson(letter), decoded })
      terminal.line(`${letter.topic}/${letter.partition}/${letter.offset}, ${new Date(letter.timestamp).toISOString()}`)
      terminal.line(`${letter.stage}: ${letter.cause}`)
      terminal.line(`key      ${textOf(letter.key) ?? '(null)'}`)
      terminal.line(`value    ${JSON.stringify(decoded)}`)
      terminal.line(
        `bytes    ${letter.value === null ? '(null)' : hexOf(letter.value).slice(0, 400)} (${letter.size} bytes)`,
      )
    },
    { readOnly: true },
  )
}

async function replayLetters(
  stream: string,
  sequences: string[],
  options: { all?: boolean },
  command: Command,
): Promise<void> {
  const project = Project.of(command)
  if (sequences.length === 0 && !options.all)
    throw new MillraceError(
      'MILLRACE_CLI_USAGE',
      `dead-letters replay ${stream}`,
      'no dead letter is named',
      `Give the numbers that ${typedCommand(`dead-letters list ${stream}`)} shows, or --all`,
    )
  const count = await project.withPlatform(async (platform) => {
    const letters = await lettersOf(project, platform, stream)
    const known = new Map(letters.map((letter) => [String(letter.sequence), letter]))
    const chosen = options.all
      ? letters
      : sequences.map((sequence) => known.get(sequence) ?? fail(noLetter(stream, sequence)))
    const cut = chosen.find(({ value, size }) => value !== null && value.length < size)
    if (cut !== undefined) {
      throw new MillraceError(
        'MILLRACE_CLI_DATA',
        `dead letter ${cut.sequence}`,
        `only the first ${cut.value?.length} of its ${cut.size} bytes were kept`,
        'Send the record again from where it came from, with produce or its own producer',
      )
    }
    const builders = new Map<string, OutgoingBatchBuilder>()
    for (const { topic, partition, timestamp, key, value, headers } of chosen) {
      const place = `${topic}/${partition}`
      const builder = builders.get(place) ?? new OutgoingBatchBuilder(topic, partition)
      builders.set(place, builder)
      builder.add(timestamp)
      if (key !== null) builder.setKey(key)
      if (value !== null) builder.setValue(value)
      if (headers.length > 0) builder.setHeaders(headers.map((header) => [header.name, header.value]))
    }
    if (builders.size > 0) await platform.log.append([...builders.values()])
    return chosen.length
  })
  if (project.json) project.terminal.json({ replayed: count })
  else
    project.terminal.line(
      count === 1
        ? '1 record was written to its topic again.'
        : `${formatCount(count)} records were written to their topics again.`,
    )
}

async function lettersOf(
  project: Project,
  platform: EmbeddedPlatform,
  stream: string,
  last = Infinity,
): Promise<DeadLetterValue[]> {
  const topics = (await platform.log.topics()).map(({ name }) => name)
  if (!topics.includes(`${stream}.dead-letters`)) throw neverRun(stream, topics, project.config.streams)
  const from = (await topicBounds(platform.log, `${stream}.dead-letters`)).map(
    ({ topic, partition, start, readableEnd }) => ({
      topic,
      partition,
      offset: Math.max(start, readableEnd - last),
    }),
  )
  const records = await lastValueFrom(topicRecords(platform, from).pipe(toArray()))
  return records.map(({ value }) => value as DeadLetterValue).slice(-last)
}

function noLetter(stream: string, sequence: string): MillraceError {
  return new MillraceError(
    'MILLRACE_CLI_NOTHING',
    `stream '${stream}'`,
    `it has no dead letter ${sequence}`,
    `See ${typedCommand(`dead-letters list ${stream}`)}`,
  )
}

function fail(error: Error): never {
  throw error
}

function asJson(letter: DeadLetterValue) {
  const headers = letter.headers.map(({ name, value }) => ({ name, value: hexOf(value) }))
  return { ...letter, key: textOf(letter.key), value: letter.value === null ? null : hexOf(letter.value), headers }
}

function textOf(bytes: Uint8Array | null): string | null {
  return bytes === null ? null : Buffer.from(bytes).toString('utf8')
}

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}
