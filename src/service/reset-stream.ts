import { ownTopics } from '../stream/own-topics.ts'
import { parseSnapshotName } from '../task/snapshot-name.ts'
import type { EmbeddedPlatform } from './embedded-platform.ts'

/** What was deleted. */
export interface ResetReport {
  readonly topics: readonly string[]
  readonly snapshots: number
}

/**
 * Forgets all that a stream has made: its own topics, the journal the first of them, and its snapshots. Its inputs stay, so
 * that it begins anew at their first record; with `inputs` those are deleted too.
 */
export async function resetStream(
  { log, blobs }: Pick<EmbeddedPlatform, 'log' | 'blobs'>,
  stream: string,
  inputs: readonly string[] = [],
): Promise<ResetReport> {
  const there = new Set((await log.topics()).map(({ name }) => name))
  const own = [...ownTopics].reverse().map((topic) => `${stream}.${topic}`)
  const topics = [...own, ...inputs].filter((topic) => there.has(topic))
  for (const topic of topics) await log.deleteTopic(topic)
  const prefix = `${stream}-`
  const names = (await blobs.list(prefix)).filter((name) => parseSnapshotName(prefix, name) !== undefined)
  for (const name of names) await blobs.delete(name)
  return { topics, snapshots: names.filter((name) => name.endsWith('.manifest')).length }
}
