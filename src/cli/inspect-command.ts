import { Command } from 'commander'
import { MillraceError } from '../errors.ts'
import type { EmbeddedPlatform } from '../service/embedded-platform.ts'
import { Journal } from '../task/journal.ts'
import { endOf, type JournalRecord } from '../task/journal-record.ts'
import { countOption } from './count-option.ts'
import { formatCount } from './format.ts'
import { neverRun } from './never-run.ts'
import { Project } from './project.ts'
import { textTable } from './text-table.ts'
import { typedCommand } from './typed-command.ts'

/** `millrace inspect <stream>` */
export function inspectCommand(): Command {
  return new Command('inspect')
    .summary("show a stream's task: ranges, lag, snapshots, journal")
    .description(
      'Shows what the journal says of a stream: how far each partition is committed, its lag, the snapshots, the latest transactions. Also while the stream runs.',
    )
    .argument('<stream>', 'name of a stream')
    .option('--journal <records>', 'how many of the latest transactions to show', countOption, 5)
    .addHelpText(
      'after',
      `
Examples:
  millrace inspect flight-delay
  millrace inspect flight-delay --journal 50 --json`,
    )
    .action(async (name: string, options: { journal: number }, command: Command) => {
      const project = Project.of(command)
      const found = await project.withPlatform((platform) => inspect(platform, name, options.journal, project), {
        readOnly: true,
      })
      if (project.json) return project.terminal.json(found)
      for (const line of inspection(found)) project.terminal.line(line)
    })
}

type Inspection = Awaited<ReturnType<typeof inspect>>

async function inspect({ log }: EmbeddedPlatform, stream: string, count: number, project: Project) {
  const topics = (await log.topics()).map(({ name }) => name)
  if (!topics.includes(`${stream}.journal`)) throw neverRun(stream, topics, project.config.streams)
  const journal = new Journal(log, stream, 0)
  const { start, readableEnd } = await journal.bounds()
  const last = await journal.last()
  if (last === undefined)
    throw new MillraceError(
      'MILLRACE_CLI_NOTHING',
      `stream '${stream}'`,
      'its journal is empty',
      `Start it with ${typedCommand(`run ${stream}`)}`,
    )
  const positions = endOf(last)
  const partitions = await Promise.all(
    last.partitions.map(async (name, i) => {
      const slash = name.lastIndexOf('/')
      const bounds = await log.bounds({ topic: name.slice(0, slash), partition: Number(name.slice(slash + 1)) })
      return {
        partition: name,
        start: bounds.start,
        committed: positions[i],
        end: bounds.readableEnd,
        lag: bounds.readableEnd - positions[i],
      }
    }),
  )
  const records = await journal.read(start)
  return {
    stream,
    task: 0,
    seq: last.seq,
    incarnation: last.incarnation,
    generation: last.generation,
    code: last.code,
    partitions,
    snapshots: last.snapshots,
    replayed: last.seq - (last.snapshots[0]?.seq ?? -1),
    change: changeOf(records),
    journal: { start, end: readableEnd, latest: records.slice(-count).map(shown) },
  }
}

/** The latest change of the stream, where the journal still holds it. */
function changeOf(records: readonly JournalRecord[]) {
  for (const { seq, decisions } of records.toReversed()) {
    const change = decisions.findLast((decision) => decision.kind === 'change')
    if (change === undefined) continue
    const { kept, carried, rebuilt, reset, fork } = change
    const began = reset.filter((path) => !rebuilt.includes(path))
    return { seq, kept: kept.filter((path) => !(path in carried)), carried, rebuilt, reset: began, fork }
  }
  return null
}

function shown(record: JournalRecord) {
  const { seq, incarnation, from, segments, decisions, outputs } = record
  const end = endOf(record)
  return {
    seq,
    incarnation,
    records: end.reduce((sum, offset, i) => sum + offset - from[i], 0),
    segments: segments.length,
    decisions: decisions.map(({ kind }) => kind),
    outputs,
  }
}

function inspection({
  stream,
  task,
  seq,
  incarnation,
  generation,
  code,
  partitions,
  snapshots,
  replayed,
  change,
  journal,
}: Inspection): string[] {
  const assigned = generation === 0 ? '' : ` in generation ${generation} of its group`
  const kilobytes = (bytes: number): string => `${formatCount(bytes / 1024)} kB`
  return [
    `Task ${task} of stream '${stream}': transaction ${seq}, incarnation ${incarnation}${assigned}, code ${code.slice(0, 12)}`,
    '',
    ...textTable([
      ['partition', 'start', 'committed', 'end', 'lag'],
      ...partitions.map((one) => [one.partition, ...[one.start, one.committed, one.end, one.lag].map(formatCount)]),
    ]),
    '',
    snapshots.length === 0 ? 'No snapshot yet.' : 'Snapshots, newest first:',
    ...textTable(
      snapshots.map((snapshot) => [`  after transaction ${snapshot.seq}`, kilobytes(snapshot.bytes), snapshot.name]),
      [0, 2],
    ),
    `A start now would replay ${replayed === 1 ? '1 transaction' : `${replayed} transactions`}.`,
    ...changeLines(change),
    '',
    `Journal: offsets ${journal.start} to ${journal.end}. The latest transactions:`,
    ...textTable(
      [
        ['seq', 'incarnation', 'records', 'segments', 'outputs', 'decisions'],
        ...journal.latest.map((one) => [
          String(one.seq),
          String(one.incarnation),
          formatCount(one.records),
          String(one.segments),
          one.outputs.slice(0, 12),
          one.decisions.join(', '),
        ]),
      ],
      [0, 4, 5],
    ),
  ]
}

function changeLines(change: Inspection['change']): string[] {
  if (change === null) return []
  const { seq, carried, rebuilt, reset, fork } = change
  const carriedOver = Object.entries(carried).map(([path, how]) => `${path} (${how})`)
  const lines = [
    ['carried over', carriedOver],
    ['rebuilt', rebuilt],
    ['began anew', reset],
  ] as const
  return [
    '',
    `The stream changed last at transaction ${seq}${fork ? ', by --fork' : ''}:`,
    ...lines.flatMap(([what, paths]) => (paths.length > 0 ? [`  ${what.padEnd(14)}${paths.join(', ')}`] : [])),
  ]
}
