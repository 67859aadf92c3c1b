/** One server-sent event. */
export interface ReceivedEvent {
  readonly id: string
  readonly event: string
  readonly data: unknown
}

/** A client of server-sent events over a real connection: reads when told to. */
export class EventClient {
  readonly headers: Headers
  readonly status: number
  /** The id that it would resume from. */
  lastId = ''
  /** True when the server has ended the response. */
  ended = false
  comments = 0
  private readonly reader: ReadableStreamDefaultReader<Uint8Array>
  private readonly abort: AbortController
  private readonly decoder = new TextDecoder()
  private text = ''

  private constructor(response: Response, abort: AbortController) {
    this.status = response.status
    this.headers = response.headers
    this.reader = response.body!.getReader()
    this.abort = abort
  }

  static async connect(url: string, lastId?: string): Promise<EventClient> {
    const abort = new AbortController()
    const headers: Record<string, string> = { accept: 'text/event-stream' }
    if (lastId !== undefined) headers['last-event-id'] = lastId
    return new EventClient(await fetch(url, { headers, signal: abort.signal }), abort)
  }

  /** The next `count` events, fewer when the server ends the response. */
  async take(count: number): Promise<ReceivedEvent[]> {
    const events: ReceivedEvent[] = []
    while (events.length < count) {
      const block = await this.block()
      if (block === undefined) break
      const fields = new Map(
        block.split('\n').map((line) => [line.slice(0, line.indexOf(': ')), line.slice(line.indexOf(': ') + 2)]),
      )
      if (block.startsWith(': ')) this.comments++
      if (fields.has('id')) this.lastId = fields.get('id')!
      if (fields.has('data'))
        events.push({ id: this.lastId, event: fields.get('event')!, data: JSON.parse(fields.get('data')!) })
    }
    return events
  }

  /** The next block, with or without an event; undefined at the end. */
  async block(): Promise<string | undefined> {
    for (;;) {
      const end = this.text.indexOf('\n\n')
      if (end >= 0) {
        const block = this.text.slice(0, end)
        this.text = this.text.slice(end + 2)
        return block
      }
      const { done, value } = await this.reader.read()
      if (done) {
        this.ended = true
        return undefined
      }
      this.text += this.decoder.decode(value, { stream: true })
    }
  }

  close(): void {
    this.abort.abort()
  }
}
