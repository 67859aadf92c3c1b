import { lastValueFrom, toArray } from 'rxjs'
import type { Config } from '../config/config-schema.ts'
import type { ModelChange, SavedModelSlot } from '../operators/model-slot.ts'
import type { EmbeddedPlatform } from '../service/embedded-platform.ts'
import { decodeBinary } from '../stats/binary-format.ts'
import { Pages } from '../stats/pages.ts'
import { Journal } from '../task/journal.ts'
import { loadSnapshot } from '../task/load-snapshot.ts'
import { SEQUENCES } from '../task/output-writer.ts'
import { readBytesRegion } from '../task/read-bytes-region.ts'
import { readManifest } from '../task/read-manifest.ts'
import type { RegisteredSnapshot } from '../task/journal-record.ts'
import { modelsAtWork } from './models-at-work.ts'
import { neverRun } from './never-run.ts'
import { topicBounds, topicRecords } from './topic-records.ts'

/** A record of `<stream>.models`, as its schema says. */
export interface ModelEventValue {
  readonly kind: string
  readonly modelVersion: string
  readonly parent: string | null
  readonly eventTime: number
  readonly algorithm: string
  readonly reason: string
  readonly numbers: Readonly<Record<string, number>>
  readonly blob: string | null
  /** Its number among the model events of its task, from 0. */
  readonly sequence: number
}

/** A version of a stream's models, and what is known of it. */
export interface ModelVersion {
  readonly version: string
  /** Its role in the race, or how it left it. */
  readonly role: string
  readonly parent: string | null
  readonly carriedFrom: string | null
  readonly algorithm: string | null
  /** When it was there first, ms since 1970; null for one that the stream began with. */
  readonly since: number | null
  /** What asked for it or became of it last. */
  readonly reason: string
  readonly numbers: Readonly<Record<string, number>>
  /** Blobs that hold it, oldest first. */
  readonly files: readonly string[]
}

/** The versions of a stream's models, oldest first: as of now where its API answers, else as of its newest snapshot. */
export interface ModelVersions {
  readonly versions: readonly ModelVersion[]
  /** All that are in the topic. */
  readonly events: readonly ModelEventValue[]
  readonly snapshot: RegisteredSnapshot | undefined
  /** How many of the events came after what the versions are told as of. */
  readonly later: number
}

/**
 * Reads them: those in the race off the API of the stream while it runs, else off its newest snapshot with the events until
 * then; the others off the events. Throws MILLRACE_CLI_NOTHING.
 */
export async function modelVersions(
  platform: EmbeddedPlatform,
  stream: string,
  config: Pick<Config, 'host' | 'port' | 'streams'>,
): Promise<ModelVersions> {
  const { log, blobs } = platform
  const topics = (await log.topics()).map(({ name }) => name)
  const journal = new Journal(log, stream, 0)
  const last = topics.includes(journal.topic) ? await journal.last() : undefined
  if (last === undefined) throw neverRun(stream, topics, config.streams)
  const running = await modelsAtWork(config, stream, journal)
  const from = (await topicBounds(log, `${stream}.models`)).map((place) => ({ ...place, offset: place.start }))
  const records = await lastValueFrom(topicRecords(platform, from).pipe(toArray()))
  const events = records.map(({ value }) => value as ModelEventValue)
  const [snapshot] = last.snapshots
  const saved =
    running === undefined ? await savedModels(platform, snapshot) : { slots: running, changes: [], told: Infinity }
  const told = events.filter(({ sequence }) => sequence < saved.told)
  const known = [...told, ...saved.changes.map(untold)]
  const named = known.flatMap(({ modelVersion, parent }) => (parent === null ? [modelVersion] : [parent, modelVersion]))
  const names = new Set([...saved.slots.map(({ version }) => version), ...named])
  const files = await blobs.list(`${stream}-`)
  const versions = [...names].map((version) => versionOf(version, saved.slots, known, files))
  return {
    versions: versions.sort((a, b) => orderOf(a) - orderOf(b)),
    events,
    snapshot,
    later: events.length - told.length,
  }
}

/** A model in the race, as a snapshot or the API has it. */
type Slot = Pick<SavedModelSlot, 'version' | 'role'> & {
  readonly parent: string | null
  readonly carriedFrom?: string | null
  readonly algorithm?: string
}

interface SavedModels {
  readonly slots: readonly Slot[]
  /** What a change of the stream made of them, where no event tells of it yet. */
  readonly changes: readonly ModelChange[]
  /** How many model events there had been. */
  readonly told: number
}

async function savedModels(
  { blobs }: EmbeddedPlatform,
  snapshot: RegisteredSnapshot | undefined,
): Promise<SavedModels> {
  if (snapshot === undefined) return { slots: [], changes: [], told: 0 }
  const sequences = new Pages(new Float64Array(SEQUENCES.count))
  const state = { regions: () => ({ sequences }) }
  await loadSnapshot(blobs, snapshot, [{ path: 'task.sequences', definition: '', state }])
  const told = sequences.values[SEQUENCES.models]
  const manifest = await readManifest(blobs, snapshot)
  const bytes = await readBytesRegion(blobs, manifest, 'models', 'slots')
  const race = await readBytesRegion(blobs, manifest, 'race', 'state')
  if (bytes === undefined || race === undefined) return { slots: [], changes: [], told }
  const saved = decodeBinary('model-slots', bytes).header as { readonly slots: readonly (SavedModelSlot | null)[] }
  const { changes = [] } = JSON.parse(new TextDecoder().decode(race)) as { readonly changes?: readonly ModelChange[] }
  return { slots: saved.slots.filter((slot) => slot !== null), changes, told }
}

/** The event of a change, as it will be told with the next prediction. */
function untold({ kind, version, parent, reason }: ModelChange): ModelEventValue {
  const modelVersion = version
  return {
    kind,
    modelVersion,
    parent,
    eventTime: Number.NaN,
    algorithm: '',
    reason,
    numbers: {},
    blob: null,
    sequence: Infinity,
  }
}

/** The order in which versions came: first those that the stream began with. */
function orderOf({ since, parent }: ModelVersion): number {
  return since ?? (parent === null ? 0 : Number.POSITIVE_INFINITY)
}

function versionOf(
  version: string,
  slots: readonly Slot[],
  events: readonly ModelEventValue[],
  files: readonly string[],
): ModelVersion {
  const slot = slots.find((one) => one.version === version)
  const own = events.filter(({ modelVersion }) => modelVersion === version)
  const first = own.find(({ kind }) => kind !== 'requested')
  const latest = own.findLast(({ kind }) => kind !== 'requested')
  const after = events.find(({ kind, parent }) => parent === version && (kind === 'carried' || kind === 'anew'))
  return {
    version,
    role: slot?.role ?? (after === undefined ? (latest?.kind ?? 'gone') : `now ${after.modelVersion}`),
    parent: first?.parent ?? (slot?.parent || null),
    carriedFrom: slot?.carriedFrom ?? (first?.kind === 'carried' ? first.parent : null),
    algorithm: slot?.algorithm ?? ((own.at(-1) ?? after)?.algorithm || null),
    since: sinceOf(first),
    reason: latest?.reason ?? '',
    numbers: Object.assign({}, ...own.map(({ numbers }) => numbers)) as Record<string, number>,
    files: own.flatMap(({ blob }) => (blob !== null && files.includes(blob) ? [blob] : [])),
  }
}

/** When a version was there first; null where its first event is another's end, or is still to be told. */
function sinceOf(first: ModelEventValue | undefined): number | null {
  if (first === undefined || ['promoted', 'rolled_back', 'retired'].includes(first.kind)) return null
  return Number.isNaN(first.eventTime) ? null : first.eventTime
}
