import { lastValueFrom, toArray } from 'rxjs'
import type { EmbeddedPlatform } from '../service/embedded-platform.ts'
import { topicRecords } from './topic-records.ts'
import { typedCommand } from './typed-command.ts'

interface Sent {
  readonly command: string
  readonly sentAt: number
  readonly sender: string
  readonly reason: string
}

/** Who paused a stream, when and why, and what lets it go on. `nextCommand`: how far its control topic was taken. */
export async function pausedText(
  platform: Pick<EmbeddedPlatform, 'log' | 'registry'>,
  stream: string,
  nextCommand: number,
): Promise<string> {
  const place = { topic: `${stream}.control`, partition: 0 }
  const { start } = await platform.log.bounds(place)
  const taken = await lastValueFrom(
    topicRecords(platform, [{ ...place, offset: start, end: nextCommand }]).pipe(toArray()),
  )
  const remedy = `to go on: ${typedCommand(`resume ${stream}`)}`
  const last = taken.map(({ value }) => value as Sent).findLast(({ command }) => command === 'pause')
  if (last === undefined) return `paused; ${remedy}`
  const at = new Date(last.sentAt).toISOString().slice(0, 16).replace('T', ' ')
  const by = last.sender === '' ? '' : ` by ${last.sender}`
  return `paused${by} at ${at}${last.reason === '' ? '' : ` (${last.reason})`}; ${remedy}`
}
