import { firstValueFrom } from 'rxjs'
import type { EmbeddedPlatform } from '../service/embedded-platform.ts'
import type { StreamStatus } from '../service/stream-status.ts'
import { formatCount } from './format.ts'
import { topicRecords } from './topic-records.ts'
import { typedCommand } from './typed-command.ts'

/** The dead letters that a stream has committed since this process began to run it: how many, and why the first. */
export class DeadLettersOfRun {
  private readonly platform: Pick<EmbeddedPlatform, 'log' | 'registry'>
  private readonly stream: string
  private readonly offset: number
  private before: number | undefined
  private now = 0
  private cause: Promise<string | undefined> | undefined

  private constructor(platform: Pick<EmbeddedPlatform, 'log' | 'registry'>, stream: string, offset: number) {
    this.platform = platform
    this.stream = stream
    this.offset = offset
  }

  /** To be opened before the stream begins. */
  static async open(platform: Pick<EmbeddedPlatform, 'log' | 'registry'>, stream: string): Promise<DeadLettersOfRun> {
    const topic = `${stream}.dead-letters`
    const isThere = (await platform.log.topics()).some(({ name }) => name === topic)
    const end = isThere ? (await platform.log.bounds({ topic, partition: 0 })).readableEnd : 0
    return new DeadLettersOfRun(platform, stream, end)
  }

  get count(): number {
    return Math.max(0, this.now - (this.before ?? 0))
  }

  /** Takes a status of the stream: the first one with figures says what there was before. */
  take({ figures }: Pick<StreamStatus, 'figures'>): void {
    if (figures === undefined) return
    this.now = figures.progress.counters.deadLetters ?? 0
    this.before ??= this.now
  }

  /** What people are told; undefined where there is none. */
  async text(): Promise<string | undefined> {
    const { count, stream } = this
    if (count === 0) return undefined
    const cause = await this.first()
    const letters = count === 1 ? '1 dead letter' : `${formatCount(count)} dead letters`
    const why = cause === undefined ? '' : count === 1 ? `: ${cause}` : `, the first: ${cause}`
    return `${letters}${why}; see \`${typedCommand(`dead-letters ${stream}`)}\``
  }

  private async first(): Promise<string | undefined> {
    this.cause ??= this.read()
    const cause = await this.cause
    if (cause === undefined) this.cause = undefined // committed, and not to be read yet
    return cause
  }

  private async read(): Promise<string | undefined> {
    const place = { topic: `${this.stream}.dead-letters`, partition: 0, offset: this.offset }
    const record = await firstValueFrom(topicRecords(this.platform, [place]), { defaultValue: undefined })
    return (record?.value as { readonly cause: string } | undefined)?.cause
  }
}
