import type { Log } from '../log/log.ts'
import type { SavedModelSlot } from '../operators/model-slot.ts'
import { decodeBinary } from '../stats/binary-format.ts'
import type { BlobStore } from '../store/store.ts'
import { Journal } from '../task/journal.ts'
import { readBytesRegion } from '../task/read-bytes-region.ts'
import { readManifest } from '../task/read-manifest.ts'

/**
 * The models at work in a stream that was stopped cleanly and has taken all commands; undefined where that is not so, and
 * it would have to be replayed to know them.
 */
export async function stoppedModels(
  { log, blobs }: { readonly log: Log; readonly blobs: BlobStore },
  stream: string,
): Promise<readonly SavedModelSlot[] | undefined> {
  const topics = (await log.topics()).map(({ name }) => name)
  if (!topics.includes(`${stream}.journal`) || !topics.includes(`${stream}.control`)) return undefined
  const last = await new Journal(log, stream, 0).last()
  const snapshot = last?.snapshots[0]
  if (last === undefined || snapshot === undefined || snapshot.seq !== last.seq - 1) return undefined
  if (last.segments.length > 0 || last.decisions.length > 0) return undefined
  const manifest = await readManifest(blobs, snapshot)
  const control = await readBytesRegion(blobs, manifest, 'task.control', 'control')
  const slots = await readBytesRegion(blobs, manifest, 'models', 'slots')
  if (control === undefined || slots === undefined) return undefined
  const [position] = JSON.parse(new TextDecoder().decode(control)) as [number]
  const { readableEnd } = await log.bounds({ topic: `${stream}.control`, partition: 0 })
  if (position < readableEnd) return undefined
  const { header } = decodeBinary('model-slots', slots)
  return (header.slots as (SavedModelSlot | null)[]).filter((slot) => slot !== null)
}
