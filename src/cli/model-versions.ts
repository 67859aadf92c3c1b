import { lastValueFrom, toArray } from 'rxjs'
import { MillraceError } from '../errors.ts'
import type { ModelChange, SavedModelSlot } from '../operators/model-slots.ts'
import type { EmbeddedPlatform } from '../service/embedded-platform.ts'
import { decodeBinary } from '../stats/binary-format.ts'
import { Journal } from '../task/journal.ts'
import { readBytesRegion } from '../task/read-bytes-region.ts'
import { readManifest } from '../task/read-manifest.ts'
import type { RegisteredSnapshot } from '../task/journal-record.ts'
import { topicBounds, topicRecords } from './topic-records.ts'
import { typedCommand } from './typed-command.ts'

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

/** The versions of a stream's models, oldest first, as of its newest snapshot. */
export interface ModelVersions {
  readonly versions: readonly ModelVersion[]
  readonly events: readonly ModelEventValue[]
  readonly snapshot: RegisteredSnapshot | undefined
}

/** Reads them: those that are at work off the newest snapshot, the others off the model events. Throws MILLRACE_CLI_NOTHING. */
export async function modelVersions(platform: EmbeddedPlatform, stream: string): Promise<ModelVersions> {
  const { log, blobs } = platform
  const there = (await log.topics()).some((topic) => topic.name === `${stream}.journal`)
  const last = there ? await new Journal(log, stream, 0).last() : undefined
  if (last === undefined)
    throw new MillraceError(
      'MILLRACE_CLI_NOTHING',
      `stream '${stream}'`,
      'it has never run on this data directory, so it has no models',
      `Start it with ${typedCommand(`run ${stream}`)}`,
    )
  const from = (await topicBounds(log, `${stream}.models`)).map((place) => ({ ...place, offset: place.start }))
  const records = await lastValueFrom(topicRecords(platform, from).pipe(toArray()))
  const events = records.map(({ value }) => value as ModelEventValue)
  const [snapshot] = last.snapshots
  const { slots, changes } = snapshot === undefined ? { slots: [], changes: [] } : await savedModels(platform, snapshot)
  const known = [...events, ...changes.map(untold)]
  const told = known.flatMap(({ modelVersion, parent }) => (parent === null ? [modelVersion] : [parent, modelVersion]))
  const names = new Set([...slots.map(({ version }) => version), ...told])
  const files = await blobs.list(`${stream}-`)
  const versions = [...names].map((version) => versionOf(version, slots, known, files))
  return { versions: versions.sort((a, b) => orderOf(a) - orderOf(b)), events, snapshot }
}

interface SavedModels {
  readonly slots: readonly SavedModelSlot[]
  /** What a change of the stream made of them, where no event tells of it yet. */
  readonly changes: readonly ModelChange[]
}

async function savedModels({ blobs }: EmbeddedPlatform, snapshot: RegisteredSnapshot): Promise<SavedModels> {
  const bytes = await readBytesRegion(blobs, await readManifest(blobs, snapshot), 'models', 'slots')
  if (bytes === undefined) return { slots: [], changes: [] }
  const saved = decodeBinary('model-slots', bytes).header as {
    readonly slots: readonly (SavedModelSlot | null)[]
    readonly changes: readonly ModelChange[]
  }
  return { slots: saved.slots.filter((slot) => slot !== null), changes: saved.changes }
}

/** The event of a change, as it will be told with the next prediction. */
function untold({ kind, version, parent, reason }: ModelChange): ModelEventValue {
  const modelVersion = version
  return { kind, modelVersion, parent, eventTime: Number.NaN, algorithm: '', reason, numbers: {}, blob: null }
}

/** The order in which versions came: first those that the stream began with. */
function orderOf({ since, parent }: ModelVersion): number {
  return since ?? (parent === null ? 0 : Number.POSITIVE_INFINITY)
}

function versionOf(
  version: string,
  slots: readonly SavedModelSlot[],
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
    algorithm: (own.at(-1) ?? after)?.algorithm || null,
    since: sinceOf(first),
    reason: latest?.reason ?? '',
    numbers: Object.assign({}, ...own.map(({ numbers }) => numbers)) as Record<string, number>,
    files: own.flatMap(({ blob }) => (blob !== null && files.includes(blob) ? [blob] : [])),
  }
}

/** When a version was there first; null where its first event is another's end, or is still to be told. */
function sinceOf(first: ModelEventValue | undefined): number | null {
  if (first === undefined || first.kind === 'promoted' || first.kind === 'rolled_back') return null
  return Number.isNaN(first.eventTime) ? null : first.eventTime
}
