import { existsSync, writeFileSync } from 'node:fs'
import { Command } from 'commander'
import type { Config } from '../config/config-schema.ts'
import { MillraceError } from '../errors.ts'
import { encodeModelFile } from '../models/model-file.ts'
import { LearningState } from '../operators/learning-state.ts'
import { scoreNumbers } from '../operators/model-events.ts'
import type { EmbeddedPlatform } from '../service/embedded-platform.ts'
import type { LoadedStream } from '../service/load-stream.ts'
import type { RegisteredSnapshot } from '../task/journal-record.ts'
import { loadSnapshot } from '../task/load-snapshot.ts'
import { modelVersions } from './model-versions.ts'
import { Project } from './project.ts'
import { typedCommand } from './typed-command.ts'

const IN_RACE = ['champion', 'challenger', 'trial', 'former', 'benched']

interface ExportOptions {
  readonly out?: string
  readonly force?: boolean
}

/** `millrace models export <stream> <version>` */
export function exportModelCommand(): Command {
  return new Command('export')
    .summary('write a version to a file')
    .description(
      'Writes a version to a file that `openModel` reads: one that is at work as the newest snapshot has it, any other as it was last kept. Also while the stream runs.',
    )
    .argument('<stream>', 'name of a file in the streams folder')
    .argument('<version>', 'such as v0.7; see millrace models')
    .option('--out <file>', 'where to (default: <stream>-<version>.model)')
    .option('--force', 'write over a file that is there')
    .addHelpText(
      'after',
      '\nExamples:\n  millrace models export flight-delay v0.0\n  millrace models export flight-delay v0.7 --out best.model --force',
    )
    .action(exportModel)
}

async function exportModel(
  stream: string,
  version: string,
  { out, force }: ExportOptions,
  command: Command,
): Promise<void> {
  const project = Project.of(command)
  const file = out ?? `${stream}-${version}.model`
  if (existsSync(file) && !force) {
    throw new MillraceError(
      'MILLRACE_CLI_EXISTS',
      file,
      'the file is there already',
      'Write over it with --force, or name another with --out',
    )
  }
  const loaded = await project.stream(stream)
  const found = await project.withPlatform((platform) => find(platform, loaded, version, project.config), {
    readOnly: true,
  })
  writeFileSync(file, found.bytes)
  if (project.json) return project.terminal.json({ stream, version, file, bytes: found.bytes.length, from: found.from })
  project.terminal.line(`${file}: ${version} of '${stream}' ${found.from}, ${found.bytes.length} bytes`)
  project.terminal.line(`Look at it with ${typedCommand(`models show ${file}`)}.`)
}

interface FoundModel {
  readonly bytes: Uint8Array
  /** As of when. */
  readonly from: string
}

async function find(
  platform: EmbeddedPlatform,
  loaded: LoadedStream,
  version: string,
  config: Config,
): Promise<FoundModel> {
  const { versions, events, snapshot } = await modelVersions(platform, loaded.name, config)
  const known = versions.find((one) => one.version === version)
  const files = events.flatMap(({ modelVersion, blob }) => (modelVersion === version && blob !== null ? [blob] : []))
  const atWork = snapshot === undefined ? undefined : await ofSnapshot(platform, loaded, snapshot, version)
  if (atWork !== undefined) return atWork
  for (const name of files.toReversed()) {
    const bytes = await platform.blobs.get(name)
    if (bytes !== undefined) return { bytes, from: 'as it was last kept' }
  }
  const names = versions.map((one) => one.version).join(', ')
  const place = `version ${version} of stream '${loaded.name}'`
  if (known === undefined) {
    const remedy = `See ${typedCommand(`models ${loaded.name}`)}`
    throw new MillraceError('MILLRACE_CLI_NOTHING', place, `there is no such version; there are ${names}`, remedy)
  }
  if (IN_RACE.includes(known.role)) {
    const remedy = `Run it once with ${typedCommand(`run ${loaded.name}`)} and stop it: that makes one`
    const wrong = "it is at work, and there is no snapshot that fits the stream's file as it is now"
    throw new MillraceError('MILLRACE_CLI_NOTHING', place, wrong, remedy)
  }
  const [, next] = /^now (.+)$/.exec(known.role) ?? []
  throw new MillraceError(
    'MILLRACE_CLI_NOTHING',
    place,
    next === undefined
      ? 'no file of it is kept: it left with a change of the stream, or too many have left since'
      : `no file of it is kept: when the stream changed, ${next} took its place`,
    next === undefined ? 'Keep those of more versions with keepModels' : `Export ${next}`,
  )
}

/** A version that is at work, as of a snapshot; undefined where it is not, or where the stream has changed since. */
async function ofSnapshot(
  { blobs }: EmbeddedPlatform,
  { graph, code }: LoadedStream,
  snapshot: RegisteredSnapshot,
  version: string,
): Promise<FoundModel | undefined> {
  const state = new LearningState(graph)
  const report = await loadSnapshot(blobs, snapshot, state.parts())
  if (!report.kept.includes('models') || 'models' in report.carried) return undefined
  state.loaded()
  const { files } = state.race
  files.owner = { incarnation: 0, code }
  const index = state.models.slots.findIndex((slot) => slot?.version === version)
  const slot = state.models.slots[index]
  if (slot === undefined) return undefined
  const header = files.header({
    version,
    parent: slot.parent === '' ? null : slot.parent,
    carriedFrom: slot.carriedFrom,
    description: slot.description,
    labels: { first: slot.firstLabel, end: state.count('learned') },
    job: slot.job,
    written: 'exported',
    reason: `${slot.role} as of transaction ${snapshot.seq}`,
    time: state.count('nowMs'),
    numbers: scoreNumbers(
      index === state.models.champion ? state.evaluation.read()[0] : state.evaluation.readSlot(index, version),
    ),
  })
  return { bytes: encodeModelFile(header, slot.learner.save()), from: `as of transaction ${snapshot.seq}` }
}
